import { inTransaction, type PoolClient } from "@mullion/postgres";
import { insertEntries } from "../audit/audit-log.ts";
import { alreadyRegisteredMail, verifyEmailMail } from "../mail/letters.ts";
import type { AccountDeps } from "../users/account-changes.ts";
import { createLink, findLink, useLink } from "../users/account-links.ts";
import { hashPassword } from "../users/password.ts";
import { createClaimant, findUser, isTaken } from "../users/user-store.ts";

/** What somebody registers with. `email` is in lower case. */
export interface Registration {
  name: string;
  email: string;
  password: string;
  address: string;
  clientId: string;
}

/**
 * Creates an account that claims the address, and mails its owner: a link that verifies it, or, when it belongs to an
 * account already, that it does. Both take the same steps and both make an account: to whoever registers there is no
 * difference. The claim on a taken address can never be verified and goes within a week. Returns the user's id.
 */
export async function register(deps: AccountDeps, registration: Registration): Promise<string> {
  const { name, email, password, address, clientId } = registration;
  const passwordHash = await hashPassword(password);
  return inTransaction(deps.pool, async (client) => {
    const userId = await createClaimant(client, { email, name, passwordHash });
    await insertEntries(client, [{ action: "user.register", userId, clientId, address }]);
    await mailLink(deps, client, { userId, name, email });
    return userId;
  });
}

async function mailLink(
  { mailer, issuer }: AccountDeps,
  client: PoolClient,
  { userId, name, email }: { userId: string; name: string; email: string },
): Promise<void> {
  const taken = await isTaken(client, email);
  const token = await createLink(client, { purpose: "verify-email", userId, email });
  const link = { issuer, path: "/verify-email", token, name };
  await mailer.send(taken ? alreadyRegisteredMail(email, { issuer }) : verifyEmailMail(email, link), client);
}

/** Mails the link again, to a user whose address is not verified yet. */
export async function resendVerification(deps: AccountDeps, userId: string): Promise<void> {
  const user = await findUser(deps.pool, userId);
  if (user === undefined || user.emailVerified) return;
  await inTransaction(deps.pool, (client) =>
    mailLink(deps, client, { userId, name: user.name, email: user.email }),
  );
}

/** What a link did: `taken` when the address was verified for another account in the meantime. */
export type Verification = "verified" | "taken" | "invalid";

class Taken extends Error {}

/** Uses a link from mail: the address is the user's from now on. */
export async function verifyEmail(
  { pool }: AccountDeps,
  { token, address }: { token: unknown; address: string },
): Promise<Verification> {
  const link = await findLink(pool, "verify-email", token);
  if (link === undefined) return "invalid";
  const { userId, email } = link;
  try {
    return await inTransaction(pool, async (client) => {
      // Waits for another claim on the same address that is being verified at this moment, before it holds anything.
      await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [email]);
      if ((await useLink(client, "verify-email", token)) === undefined) return "invalid";
      const { rowCount } = await client.query(
        `update users set email_verified_at = coalesce(email_verified_at, now()) where id = $1 and not exists
          (select 1 from users o where o.email = $2 and o.id <> $1 and o.email_verified_at is not null)`,
        [userId, email],
      );
      if (rowCount === 0) throw new Taken();
      // Whoever else claimed the address is not its owner: their passwords end here.
      await client.query("delete from users where email = $1 and email_verified_at is null", [email]);
      await insertEntries(client, [{ action: "user.email.verify", userId, address }]);
      return "verified";
    });
  } catch (error) {
    if (error instanceof Taken) return "taken";
    throw error;
  }
}
