import type { PoolClient } from "@mullion/postgres";

/** One remote in one channel. */
export interface Place {
  readonly channel: string;
  readonly remote: string;
}

/**
 * Changes of one channel happen one after the other: whoever holds this row decides on what is live.
 * @returns the channel's revision.
 */
export async function lockChannel(client: PoolClient, channel: string): Promise<number> {
  await client.query("insert into channels (name) values ($1) on conflict do nothing", [channel]);
  const { rows } = await client.query<{ revision: string }>(
    "select revision from channels where name = $1 for update",
    [channel],
  );
  return Number(rows[0]?.revision ?? 0);
}
