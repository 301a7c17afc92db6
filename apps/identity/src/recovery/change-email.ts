import type { PoolClient } from "@mullion/postgres";
import { insertEntries } from "../audit/audit-log.ts";
import { emailChangedMail, resetPasswordMail } from "../mail/letters.ts";
import { endEverySignIn } from "../sign-ins/sign-in-store.ts";
import type { AccountDeps } from "../users/account-changes.ts";
import { createLink, findLink, LinkGone, requireLink } from "../users/account-links.ts";
import { findUser, isTaken, setPasswordHash } from "../users/user-store.ts";

/** What a link did: `taken` when another account has the address by now. */
export type EmailChange = "changed" | "taken" | "invalid";

class Taken extends Error {}

async function setEmail(client: PoolClient, userId: string, email: string): Promise<void> {
  // Waits for whoever is verifying the same address at this moment.
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [email]);
  if (await isTaken(client, email)) throw new Taken();
  await client.query("update users set email = $2, email_verified_at = now() where id = $1", [userId, email]);
  await client.query("delete from users where email = $1 and email_verified_at is null", [email]);
}

async function ended(change: Promise<unknown>): Promise<EmailChange> {
  try {
    await change;
    return "changed";
  } catch (error) {
    if (error instanceof Taken) return "taken";
    if (error instanceof LinkGone) return "invalid";
    throw error;
  }
}

/**
 * Uses the link that was mailed to the new address: the account has it from now on, every sign-in ends, and the old
 * address is told, with a link that takes it back.
 */
export async function confirmEmailChange(
  { pool, mailer, issuer }: AccountDeps,
  { token, address }: { token: unknown; address: string },
): Promise<EmailChange> {
  const link = await findLink(pool, "change-email", token);
  if (link === undefined) return "invalid";
  const { userId, email, currentEmail } = link;
  const wasVerified = (await findUser(pool, userId))?.emailVerified === true;
  const entry = { action: "user.email.change", userId, address };
  return ended(
    endEverySignIn(pool, userId, entry, async (client) => {
      await requireLink(client, "change-email", token);
      await setEmail(client, userId, email);
      // An address that was never shown to be the user's has nothing to take back.
      if (!wasVerified) return;
      const undo = await createLink(client, { purpose: "undo-email-change", userId, email: currentEmail });
      const path = "/undo-email-change";
      await mailer.send(emailChangedMail(currentEmail, { issuer, path, token: undo, email }), client);
    }),
  );
}

/**
 * Uses the link that was mailed to the old address: the account has it again, every sign-in ends, and since somebody
 * else may know the password, it is no longer one: a link to choose another is mailed.
 */
export async function undoEmailChange(
  { pool, mailer, issuer }: AccountDeps,
  { token, address }: { token: unknown; address: string },
): Promise<EmailChange> {
  const link = await findLink(pool, "undo-email-change", token);
  if (link === undefined) return "invalid";
  const { userId, email, currentEmail } = link;
  const entry = { action: "user.email.undo", userId, address };
  return ended(
    endEverySignIn(pool, userId, entry, async (client) => {
      const { madeAt } = await requireLink(client, "undo-email-change", token);
      // Whoever changed the address more than once got links too: the oldest address has the last word.
      await client.query(
        "delete from account_links where user_id = $1 and (purpose <> 'undo-email-change' or created_at > $2)",
        [userId, madeAt],
      );
      // And whoever it was must not come in by an account of theirs elsewhere.
      await client.query("delete from identities where user_id = $1 and linked_at > $2", [userId, madeAt]);
      if (currentEmail !== email) await setEmail(client, userId, email);
      await setPasswordHash(client, userId, null);
      const reset = await createLink(client, { purpose: "reset-password", userId, email });
      await mailer.send(resetPasswordMail(email, { issuer, path: "/reset-password", token: reset }), client);
      await insertEntries(client, [{ action: "user.password.forgot", userId, address }]);
    }),
  );
}
