import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import { hashId } from "../storage/id-hash.ts";
import { endGrants } from "./end-sign-ins.ts";
import { queueNotices, wakeDelivery } from "./logout-queue.ts";
import { isRefresh, isReuse, revocationReason } from "./revocation-reason.ts";

/** Tells the user, in the same transaction. */
export type TellUser = (client: PoolClient, userId: string) => Promise<void>;

/**
 * Revokes one grant on the library's behalf. When a token of it was stolen, as far as anybody can tell, its client is told
 * to end what it holds and the user hears of it; in all other cases the client has asked for it itself, or is told with
 * the whole sign-in.
 */
export async function endGrant(pool: Pool, grantId: string, tellUser: TellUser): Promise<void> {
  await inTransaction(pool, async (client) => {
    const ended = await endGrants(client, { grantHash: hashId(grantId), reason: revocationReason() });
    if (!isReuse()) return;
    await queueNotices(client, ended.atClients);
    if (isRefresh()) for (const userId of ended.userIds) await tellUser(client, userId);
  });
  wakeDelivery(pool);
}
