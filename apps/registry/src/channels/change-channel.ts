import type { ChannelChange, Release } from "@mullion/contracts";
import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import type { Actor } from "../actor.ts";
import { appendAudit } from "../audit.ts";
import { refuse } from "../errors.ts";
import { versionBefore } from "./history.ts";

/** One remote in one channel. */
export interface Place {
  readonly channel: string;
  readonly remote: string;
}

interface Move extends Place {
  readonly kind: "promote" | "rollback";
  readonly version: string;
  readonly previous: string | null;
}

/** Changes of one channel happen one after the other: whoever holds this row decides on what is live. */
async function lockChannel(client: PoolClient, channel: string): Promise<number> {
  await client.query("insert into channels (name) values ($1) on conflict do nothing", [channel]);
  const { rows } = await client.query<{ revision: string }>(
    "select revision from channels where name = $1 for update",
    [channel],
  );
  return Number(rows[0]?.revision ?? 0);
}

async function liveVersion(client: PoolClient, { channel, remote }: Place): Promise<string | null> {
  const { rows } = await client.query<{ version: string }>(
    "select version from channel_remotes where channel = $1 and remote = $2",
    [channel, remote],
  );
  return rows[0]?.version ?? null;
}

async function assertRoutesFree(client: PoolClient, place: Place, version: string): Promise<void> {
  const { rows } = await client.query<{ remote: string; release: Release }>(
    `select v.remote, v.release from versions v
     where (v.remote = $2 and v.version = $3)
        or (v.remote, v.version) in
           (select remote, version from channel_remotes where channel = $1 and remote <> $2)`,
    [place.channel, place.remote, version],
  );
  const own = rows.find(({ remote }) => remote === place.remote);
  if (own === undefined) {
    throw refuse("version_unknown", `${place.remote}@${version} is not published. Deploy it first.`);
  }
  const taken = own.release.manifest.routes.flatMap(({ path }) =>
    rows
      .filter(({ remote }) => remote !== place.remote)
      .filter(({ release }) => release.manifest.routes.some((route) => route.path === path))
      .map(({ remote }) => ({ path, message: `${path} belongs to the live remote ${remote}` })),
  );
  if (taken.length > 0) {
    throw refuse(
      "route_taken",
      "Give the routes listed other paths, or take the other remote down first.",
      taken,
    );
  }
}

async function apply(client: PoolClient, move: Move, revision: number, actor: Actor): Promise<ChannelChange> {
  const { channel, remote, version, previous, kind } = move;
  await assertRoutesFree(client, move, version);
  await client.query(
    `insert into channel_remotes (channel, remote, version, promoted_by) values ($1, $2, $3, $4)
     on conflict (channel, remote) do update
     set version = excluded.version, promoted_by = excluded.promoted_by, promoted_at = now()`,
    [channel, remote, version, actor.name],
  );
  await client.query(
    `insert into channel_revisions (channel, revision, kind, remote, version, previous_version, actor)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [channel, revision, kind, remote, version, previous, actor.name],
  );
  const action = kind === "promote" ? "channel.promoted" : "channel.rolled_back";
  await appendAudit(client, actor, { action, remote, version, channel, detail: { revision, previous } });
  // The trigger on this table tells every instance, at commit.
  await client.query("update channels set revision = $2 where name = $1", [channel, revision]);
  return { channel, revision, remote, version, previousVersion: previous };
}

/**
 * Makes a published version the live one. Promoting what is live already changes nothing.
 * @throws {ProblemError} `version_unknown` or `route_taken`.
 */
export async function promote(
  pool: Pool,
  place: Place,
  version: string,
  actor: Actor,
): Promise<ChannelChange> {
  return inTransaction(pool, async (client) => {
    const revision = await lockChannel(client, place.channel);
    const previous = await liveVersion(client, place);
    if (previous === version) return { ...place, revision, version, previousVersion: previous };
    return apply(client, { ...place, kind: "promote", version, previous }, revision + 1, actor);
  });
}

/**
 * Makes live again what was promoted before `from`.
 * @throws {ProblemError} `live_version_changed` when `from` is not live, `nothing_to_roll_back`, `route_taken`.
 */
export async function rollBack(pool: Pool, place: Place, from: string, actor: Actor): Promise<ChannelChange> {
  return inTransaction(pool, async (client) => {
    const revision = await lockChannel(client, place.channel);
    const previous = await liveVersion(client, place);
    if (previous !== from) {
      throw refuse(
        "live_version_changed",
        `${previous ?? "No version"} is live in ${place.channel}, not ${from}.`,
      );
    }
    const version = await versionBefore(client, place);
    if (version === undefined) {
      throw refuse(
        "nothing_to_roll_back",
        `${from} is the first version of ${place.remote} in ${place.channel}.`,
      );
    }
    return apply(client, { ...place, kind: "rollback", version, previous }, revision + 1, actor);
  });
}
