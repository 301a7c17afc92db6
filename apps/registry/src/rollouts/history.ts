import type { RolloutEvent } from "@mullion/contracts";
import type { PoolClient } from "@mullion/postgres";
import type { Place } from "./channel-lock.ts";

type Kind = RolloutEvent["kind"];

/** One change as it was written down. */
interface PastChange {
  readonly kind: Kind;
  readonly revision: number;
  readonly version: string;
  readonly previousVersion: string | null;
}

const moves: readonly Kind[] = ["promoted", "rolled-back"];
const trials: readonly Kind[] = ["canary-started", "canary-changed", "canary-aborted"];

async function last(
  client: PoolClient,
  { channel, remote }: Place,
  kinds: readonly Kind[],
): Promise<PastChange | undefined> {
  const { rows } = await client.query<PastChange>(
    `select kind, revision::int, version, previous_version as "previousVersion" from channel_revisions
     where channel = $1 and remote = $2 and kind = any ($3) order by channel_revisions.revision desc limit 1`,
    [channel, remote, kinds],
  );
  return rows[0];
}

/** The revision of the last change of a remote, whatever it was; 0 when there was none. */
export async function lastRevision(client: PoolClient, place: Place): Promise<number> {
  return (await last(client, place, [...moves, ...trials]))?.revision ?? 0;
}

/** The last change of what everybody gets of a remote. */
export async function lastMove(client: PoolClient, place: Place): Promise<PastChange | undefined> {
  return last(client, place, moves);
}

/** The last change of a trial of a remote. */
export async function lastCanaryChange(client: PoolClient, place: Place): Promise<PastChange | undefined> {
  return last(client, place, trials);
}

/**
 * The versions promoted before the live one, the newest first. A promotion is pushed, a rollback pops down to the version it
 * made live: rolling back twice goes two versions back, and does not return to the version that was just abandoned.
 */
export async function versionsBefore(client: PoolClient, { channel, remote }: Place): Promise<string[]> {
  const { rows } = await client.query<{ kind: Kind; version: string }>(
    `select kind, version from channel_revisions
     where channel = $1 and remote = $2 and kind = any ($3) order by revision`,
    [channel, remote, moves],
  );
  const promoted: string[] = [];
  for (const { kind, version } of rows) {
    if (kind === "promoted") {
      promoted.push(version);
    } else {
      promoted.pop();
      while (promoted.length > 0 && promoted.at(-1) !== version) promoted.pop();
    }
  }
  const live = promoted.pop();
  return promoted.filter((version) => version !== live).toReversed();
}
