import type { ChannelChange, Promotion, Rollback } from "@mullion/contracts";
import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import type { Actor } from "../actor.ts";
import { refuse } from "../errors.ts";
import { assertFits } from "../hosts/host-gate.ts";
import { versionsThatShow } from "../keys/vouching.ts";
import { compareAnew, findCanary, removeCanary } from "./canary-row.ts";
import { lockChannel, type Place } from "./channel-lock.ts";
import { lastMove, lastRevision, versionsBefore } from "./history.ts";
import { assertPlaceable } from "./placeable.ts";
import { recordChange } from "./record.ts";
import { reinstate, withdraw } from "./withdrawn.ts";

interface Move extends Place {
  readonly kind: "promoted" | "rolled-back";
  readonly revision: number;
  readonly version: string;
  readonly previous: string | null;
  readonly reason: string | undefined;
}

/** The version of a remote that everybody gets who is not in a canary; null for a remote that is not in the channel. */
export async function findStable(client: PoolClient, { channel, remote }: Place): Promise<string | null> {
  const { rows } = await client.query<{ version: string }>(
    "select version from channel_remotes where channel = $1 and remote = $2",
    [channel, remote],
  );
  return rows[0]?.version ?? null;
}

async function place(client: PoolClient, move: Move, actor: Actor): Promise<ChannelChange> {
  const { channel, remote, version, previous, revision } = move;
  await client.query(
    `insert into channel_remotes (channel, remote, version, promoted_by) values ($1, $2, $3, $4)
     on conflict (channel, remote) do update
     set version = excluded.version, promoted_by = excluded.promoted_by, promoted_at = now()`,
    [channel, remote, version, actor.name],
  );
  await reinstate(client, move, version);
  // A canary that stays is measured against another version from here on.
  await compareAnew(client, move);
  await recordChange(client, move, actor);
  return { channel, revision, remote, version, previousVersion: previous };
}

/** Refuses what was decided on before the last change of the remote: a promotion sent again must not undo a rollback. */
async function assertNothingHappened(client: PoolClient, target: Place, after: number): Promise<void> {
  const revision = await lastRevision(client, target);
  if (revision === after) return;
  throw refuse(
    "live_version_changed",
    `${target.remote} was changed in ${target.channel} since you looked (revision ${String(revision)}, not ${String(after)}). Look again at what is live, then decide.`,
  );
}

/**
 * Makes a published version the one for everybody, and ends its trial if it was on one. Promoting what is live already changes
 * nothing.
 * @throws {ProblemError} `version_unknown`, `route_taken`, `signature_refused`, `release_invalid`, or `live_version_changed` when
 * the remote was changed after what the caller saw.
 */
export async function promote(
  pool: Pool,
  target: Place,
  { version, after, reason }: Promotion,
  actor: Actor,
): Promise<ChannelChange> {
  return inTransaction(pool, async (client) => {
    const revision = await lockChannel(client, target.channel);
    const previous = await findStable(client, target);
    if (previous === version) return { ...target, revision, version, previousVersion: previous };
    if (after !== undefined) await assertNothingHappened(client, target, after);
    if ((await findCanary(client, target))?.version === version) await removeCanary(client, target);
    await assertPlaceable(client, target, version);
    await assertFits(client, { ...target, version });
    const move = { ...target, kind: "promoted", version, previous, reason, revision: revision + 1 } as const;
    return place(client, move, actor);
  });
}

/** The answer to a rollback that was asked for before: nothing happens twice, and who asked again learns what happened. */
async function repeated(client: PoolClient, target: Place, from: string): Promise<ChannelChange | null> {
  const last = await lastMove(client, target);
  if (last?.kind !== "rolled-back" || last.previousVersion !== from) return null;
  return { ...target, revision: last.revision, version: last.version, previousVersion: from };
}

/**
 * The newest version promoted before the live one that fronts still show.
 * @throws {ProblemError} `nothing_to_roll_back`, or `signature_refused` when the delegations of all of them have ended.
 */
async function versionToReturnTo(client: PoolClient, target: Place, from: string): Promise<string> {
  const { channel, remote } = target;
  const before = await versionsBefore(client, target);
  const [latest] = before;
  if (latest === undefined) {
    throw refuse(
      "nothing_to_roll_back",
      `${from} is the first version of ${remote} in ${channel}. Deploy a corrected one.`,
    );
  }
  const shown = await versionsThatShow(client, remote, before);
  const version = before.find((one) => shown.has(one));
  if (version !== undefined) return version;
  throw refuse(
    "signature_refused",
    `No key that signed ${remote}@${latest}, or a version before it, may do so now: fronts would not show it. Have the key delegated again (mullion keys delegate), or, when it was revoked, sign a version with a new one (mullion deploy --key <new> --no-promote); then roll back.`,
  );
}

/**
 * Ends a canary, and makes live again what was promoted before `from`. Visits pinned to either leave it.
 * @throws {ProblemError} `live_version_changed` when `from` is not live, `nothing_to_roll_back`, `signature_refused`,
 * `route_taken`.
 */
export async function rollBack(
  pool: Pool,
  target: Place,
  { from, reason }: Rollback,
  actor: Actor,
): Promise<ChannelChange> {
  return inTransaction(pool, async (client) => {
    let revision = await lockChannel(client, target.channel);
    const previous = await findStable(client, target);
    if (previous !== from) {
      const done = await repeated(client, target, from);
      if (done !== null) return done;
      const live = `${previous ?? "No version"} is live in ${target.channel}, not ${from}.`;
      throw refuse("live_version_changed", `${live} Look again at what is live, then decide.`);
    }
    const version = await versionToReturnTo(client, target, from);
    await assertPlaceable(client, target, version);
    const canary = await findCanary(client, target);
    if (canary !== null) {
      await removeCanary(client, target);
      await withdraw(client, target, canary.version);
      const ended = { ...target, kind: "canary-aborted", version: canary.version } as const;
      revision += 1;
      await recordChange(client, { ...ended, revision, reason: reason ?? `${from} is rolled back` }, actor);
    }
    await withdraw(client, target, from);
    const move = {
      ...target,
      kind: "rolled-back",
      version,
      previous,
      reason,
      revision: revision + 1,
    } as const;
    return place(client, move, actor);
  });
}
