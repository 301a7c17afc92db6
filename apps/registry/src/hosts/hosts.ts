import { isDeepStrictEqual } from "node:util";
import type { Host } from "@mullion/contracts";
import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import type { Actor } from "../actor.ts";
import { appendAudit } from "../audit.ts";

/** What the live shell of a channel brings, or null while none has said so. */
export async function readHost(client: Pool | PoolClient, channel: string): Promise<Host | null> {
  const { rows } = await client.query<Host>(
    "select channel, shared, contracts from hosts where channel = $1",
    [channel],
  );
  return rows[0] ?? null;
}

/** Keeps what a front of a channel says it brings. The last word counts: while a shell is replaced, that is the new one's. */
export async function saveHost(pool: Pool, host: Host, actor: Actor): Promise<void> {
  const { channel, shared, contracts } = host;
  await inTransaction(pool, async (client) => {
    const before = await readHost(client, channel);
    await client.query(
      `insert into hosts (channel, shared, contracts, announced_by) values ($1, $2, $3, $4)
       on conflict (channel) do update set shared = excluded.shared, contracts = excluded.contracts,
         announced_at = now(), announced_by = excluded.announced_by`,
      [channel, JSON.stringify(shared), JSON.stringify(contracts), actor.name],
    );
    // Every start of every front says it again.
    if (isDeepStrictEqual(before, host)) return;
    await appendAudit(client, actor, { action: "host.announced", channel, detail: { shared, contracts } });
  });
}
