import type { PoolClient } from "@mullion/postgres";
import type { Place } from "./channel-lock.ts";

/** Tells visits that are pinned to the version to leave it. */
export async function withdraw(
  client: PoolClient,
  { channel, remote }: Place,
  version: string,
): Promise<void> {
  await client.query(
    "insert into withdrawn_versions (channel, remote, version) values ($1, $2, $3) on conflict do nothing",
    [channel, remote, version],
  );
}

/** Lets visits stay on a version that is placed again. */
export async function reinstate(
  client: PoolClient,
  { channel, remote }: Place,
  version: string,
): Promise<void> {
  await client.query("delete from withdrawn_versions where channel = $1 and remote = $2 and version = $3", [
    channel,
    remote,
    version,
  ]);
}
