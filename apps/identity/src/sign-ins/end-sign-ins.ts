import type { PoolClient } from "@mullion/postgres";
import type { SignInAtClient } from "./logout-queue.ts";

type Transaction = Pick<PoolClient, "query">;

/**
 * Ends sessions. Locks their sign-ins first: a request under way that writes its session back waits, and then finds that
 * it is over.
 */
export async function endSessions(
  client: Transaction,
  uids: readonly string[],
  reason: string,
): Promise<void> {
  await client.query(
    `update sign_ins set ended_at = now(), end_reason = $2
     where id in (
       select id from sign_ins where session_uid = any($1::text[]) and ended_at is null order by id for update
     )`,
    [uids, reason],
  );
  await client.query("delete from sessions where uid = any($1::text[])", [uids]);
}

/** What was revoked. */
export interface EndedGrants {
  userIds: string[];
  /** The clients that know of it by a `sid`, once each. */
  atClients: SignInAtClient[];
}

/** Which grants to revoke: those of sessions, of all clients or of some, or one. */
export type DoomedGrants = { uids: readonly string[]; clientIds?: readonly string[] } | { grantHash: Buffer };

/**
 * Revokes grants. Their refresh tokens die with them; the history keeps the reason.
 */
export async function endGrants(
  client: Transaction,
  { reason, ...doomed }: DoomedGrants & { reason: string },
): Promise<EndedGrants> {
  await client.query("select set_config('mullion.revoked_reason', $1, true)", [reason]);
  const [condition, values] =
    "grantHash" in doomed
      ? ["id_hash = $1", [doomed.grantHash]]
      : [
          "session_uid = any($1::text[]) and ($2::text[] is null or client_id = any($2::text[]))",
          [doomed.uids, doomed.clientIds ?? null],
        ];
  const { rows } = await client.query<{ client_id: string; account_id: string; sid: string | null }>(
    `delete from grants where ${condition} returning client_id, account_id, sid`,
    values,
  );
  const atClients = new Map<string, SignInAtClient>();
  for (const { client_id: clientId, account_id: userId, sid } of rows) {
    if (sid !== null) atClients.set(`${clientId} ${sid}`, { clientId, userId, sid });
  }
  const userIds = [...new Set(rows.map(({ account_id }) => account_id))];
  return { userIds, atClients: [...atClients.values()] };
}
