import type { PoolClient } from "@mullion/postgres";
import { toMail } from "../mail/letter.ts";
import type { Mailer } from "../mail/mailer.ts";

/** Queues a mail that tells the user of a revoked family, in the transaction that revokes it. */
export async function mailReuse(
  { mailer, issuer }: { mailer: Mailer; issuer: string },
  client: Pick<PoolClient, "query">,
  userId: string,
): Promise<void> {
  const { rows } = await client.query<{ email: string; name: string }>(
    "select email, name from users where id = $1",
    [userId],
  );
  const [user] = rows;
  if (user === undefined) return;
  const mail = toMail({
    to: user.email,
    subject: "We signed you out on one device",
    paragraphs: [
      `Hello ${user.name},`,
      "something used a sign-in of yours that had already been replaced by a newer one. That happens when it was copied, and now and then when an app was offline for long. To be safe we ended that sign-in.",
    ],
    link: { label: "See where you are signed in", url: `${issuer}/account/devices` },
    closing:
      "Sign in again to go on. If you see a device that is not yours, sign it out and change your password.",
  });
  await mailer.send(mail, client);
}
