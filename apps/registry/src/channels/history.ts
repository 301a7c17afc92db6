import type { PoolClient } from "@mullion/postgres";
import type { Place } from "./change-channel.ts";

/**
 * The version promoted before the live one. A promotion is pushed, a rollback pops: rolling back twice goes two
 * versions back, and does not return to the version that was just abandoned.
 */
export async function versionBefore(
  client: PoolClient,
  { channel, remote }: Place,
): Promise<string | undefined> {
  const { rows } = await client.query<{ kind: "promote" | "rollback"; version: string }>(
    "select kind, version from channel_revisions where channel = $1 and remote = $2 order by revision",
    [channel, remote],
  );
  const promoted: string[] = [];
  for (const { kind, version } of rows) {
    if (kind === "promote") promoted.push(version);
    else promoted.pop();
  }
  return promoted.at(-2);
}
