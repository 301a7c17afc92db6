import type { PoolClient } from "@mullion/postgres";
import type { Mailer } from "../mail/mailer.ts";
import { html } from "../pages/html.ts";

const subject = "We signed you out to keep your account safe";
const what = "Somebody used a sign-in of yours that had already been replaced by a newer one.";
const why =
  "That happens when it was copied, and now and then when an app loses its connection. To be safe we ended that sign-in.";
const then =
  "Sign in again to go on. If you did not do this yourself, change your password and look at your list of devices.";

/** Queues a mail that tells the user of a revoked family, in the transaction that revokes it. */
export async function mailReuse(
  mailer: Mailer,
  client: Pick<PoolClient, "query">,
  userId: string,
): Promise<void> {
  const { rows } = await client.query<{ email: string; name: string }>(
    "select email, name from users where id = $1",
    [userId],
  );
  const [user] = rows;
  if (user === undefined) return;
  const greeting = `Hello ${user.name},`;
  const text = [greeting, `${what} ${why}`, then].join("\n\n");
  const page = html`<p>${greeting}</p><p>${what} ${why}</p><p>${then}</p>`;
  await mailer.send({ to: user.email, subject, text, html: page.html }, client);
}
