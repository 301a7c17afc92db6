import { inTransaction, type Pool } from "@mullion/postgres";
import { insertEntries } from "../audit/audit-log.ts";
import { queueNotices, wakeDelivery } from "../sign-ins/logout-queue.ts";

/**
 * Takes back what a user allowed a client: the consent, and every grant with its refresh tokens, go in one transaction.
 * Access tokens in the hands of the client end with their grant where they are introspected, and by themselves
 * elsewhere. The client is told that its sign-ins are over.
 */
export async function withdrawConsent(
  pool: Pool,
  { userId, clientId, address }: { userId: string; clientId: string; address: string },
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query("delete from consents where user_id = $1 and client_id = $2", [
      userId,
      clientId,
    ]);
    if (rowCount === 0) return;
    await client.query("select set_config('mullion.revoked_reason', 'consent.withdraw', true)");
    const { rows } = await client.query<{ sid: string | null }>(
      "delete from grants where account_id = $1 and client_id = $2 returning sid",
      [userId, clientId],
    );
    const sids = new Set(rows.flatMap(({ sid }) => (sid === null ? [] : [sid])));
    await queueNotices(
      client,
      [...sids].map((sid) => ({ clientId, userId, sid })),
    );
    await insertEntries(client, [{ action: "consent.withdraw", userId, clientId, address }]);
  });
  wakeDelivery(pool);
}
