import { inTransaction, type PoolClient } from "@mullion/postgres";
import { insertEntries } from "../audit/audit-log.ts";
import { accountLinkedMail } from "../mail/letters.ts";
import type { AccountDeps } from "../users/account-changes.ts";
import { linkIdentity, signInByIdentity } from "./identity-store.ts";
import type { Upstream, UpstreamUser } from "./upstream.ts";

/** Where a sign-in by way of another provider leads. */
export type Resolution =
  | { result: "known" | "linked" | "provisioned"; userId: string }
  /** The provider does not say that the address is the user's, and nobody is linked. */
  | { result: "unverified" };

/** A sign-in by way of another provider. */
export interface UpstreamSignIn {
  upstream: Pick<Upstream, "id" | "name">;
  user: UpstreamUser;
  address: string;
  clientId: string;
}

async function findOwner(client: PoolClient, email: string): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    "select id from users where email = $1 and email_verified_at is not null for update",
    [email],
  );
  return rows[0]?.id;
}

async function provision(client: PoolClient, email: string, name: string): Promise<string | undefined> {
  // Waits for whoever is verifying the same address at this moment.
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [email]);
  const { rows } = await client.query<{ id: string }>(
    `insert into users (email, name, email_verified_at) values ($1, $2, now())
     on conflict (email) where email_verified_at is not null do nothing returning id`,
    [email, name],
  );
  const [created] = rows;
  if (created === undefined) return undefined;
  await client.query("insert into user_roles (user_id, role) values ($1, 'viewer')", [created.id]);
  // Whoever registered the address without ever opening its mail may be anybody: their passwords and links end here.
  await client.query("delete from users where email = $1 and email_verified_at is null", [email]);
  return created.id;
}

/**
 * Finds the user of an account at another provider. Once linked, issuer and subject decide, whatever becomes of the
 * address there or here. An account is linked by its address only when both sides have verified it: a verified address
 * is needed upstream, and here nothing else is looked at. Its owner is told. Nobody with the address: a new user.
 */
export async function resolveUser(
  { pool, mailer, issuer }: AccountDeps,
  signIn: UpstreamSignIn,
): Promise<Resolution> {
  const { upstream, user, address, clientId } = signIn;
  const { verifiedEmail: email } = user;
  return inTransaction(pool, async (client) => {
    const known = await signInByIdentity(client, user);
    if (known !== undefined) return { result: "known", userId: known };
    if (email === undefined) return { result: "unverified" };
    const owner = await findOwner(client, email);
    const name = (user.name ?? email.split("@")[0] ?? email).slice(0, 80);
    const created = owner === undefined ? await provision(client, email, name) : undefined;
    // Somebody verified the address, or came by the other provider, in this very moment: theirs it is.
    const userId = owner ?? created ?? (await findOwner(client, email));
    if (userId === undefined) throw new Error("a user was created and removed meanwhile");
    if (created !== undefined) {
      const details = { upstream: upstream.id };
      await insertEntries(client, [{ action: "user.provision", userId, clientId, address, details }]);
    }
    const link = { userId, upstream: upstream.id, user };
    const outcome = await linkIdentity(client, link, { address, clientId });
    // Whose account it was before is told, in case it was not them.
    if (outcome === "linked" && created === undefined) {
      const mail = accountLinkedMail(email, { issuer, upstream: upstream.name, email: user.email });
      await mailer.send(mail, client);
    }
    // Also what two sign-ins by one account at the same moment agree on.
    const linkedTo = await signInByIdentity(client, user);
    if (linkedTo !== userId) throw new Error("the account was linked to somebody else meanwhile");
    return { result: created === undefined ? "linked" : "provisioned", userId };
  });
}
