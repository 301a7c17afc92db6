import { inTransaction } from "@mullion/postgres";
import { insertEntries } from "../audit/audit-log.ts";
import { passwordChangedMail, resetPasswordMail } from "../mail/letters.ts";
import { endEverySignIn } from "../sign-ins/sign-in-store.ts";
import type { AccountDeps } from "../users/account-changes.ts";
import { createLink, findLink, LinkGone, requireLink } from "../users/account-links.ts";
import { hashPassword } from "../users/password.ts";
import { setPasswordHash } from "../users/user-store.ts";

/**
 * Mails a link to choose a new password. For an address that no account has, the same rows are written and the mail is
 * a decoy: neither answer nor time tells.
 */
export async function requestReset(
  { pool, mailer, issuer }: AccountDeps,
  { email, address }: { email: string; address: string },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from users where email = $1 and email_verified_at is not null",
      [email],
    );
    const userId = rows[0]?.id ?? null;
    const token = await createLink(client, { purpose: "reset-password", userId, email });
    const mail = resetPasswordMail(email, { issuer, path: "/reset-password", token });
    await mailer.send({ ...mail, decoy: userId === null }, client);
    await insertEntries(client, [{ action: "user.password.forgot", userId: userId ?? undefined, address }]);
  });
}

/**
 * Sets a new password with a link from mail. In one transaction the link is used up, every sign-in of the user ends and
 * the owner is told by mail. False when the link is not good.
 */
export async function resetPassword(
  { pool, mailer, issuer }: AccountDeps,
  { token, password, address }: { token: unknown; password: string; address: string },
): Promise<boolean> {
  const link = await findLink(pool, "reset-password", token);
  if (link === undefined) return false;
  const { userId, email } = link;
  const passwordHash = await hashPassword(password);
  try {
    await endEverySignIn(pool, userId, { action: "user.password.reset", userId, address }, async (client) => {
      await requireLink(client, "reset-password", token);
      await setPasswordHash(client, userId, passwordHash);
      await mailer.send(passwordChangedMail(email, { issuer }), client);
    });
    return true;
  } catch (error) {
    if (error instanceof LinkGone) return false;
    throw error;
  }
}
