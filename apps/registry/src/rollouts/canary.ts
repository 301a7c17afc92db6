import { isDeepStrictEqual } from "node:util";
import type { CanaryAbort, CanaryChange, NewCanary } from "@mullion/contracts";
import { inTransaction, type Pool } from "@mullion/postgres";
import type { Actor } from "../actor.ts";
import { refuse } from "../errors.ts";
import { assertFits } from "../hosts/host-gate.ts";
import { compareAnew, findCanary, insertCanary, removeCanary, updateCanary } from "./canary-row.ts";
import { lockChannel, type Place } from "./channel-lock.ts";
import { lastCanaryChange } from "./history.ts";
import { assertPlaceable } from "./placeable.ts";
import { recordChange } from "./record.ts";
import { findStable } from "./stable.ts";
import { reinstate, withdraw } from "./withdrawn.ts";

/**
 * Puts a published version on trial, or changes the percentage or the guard of the trial it is on. The same again changes
 * nothing.
 * @throws {ProblemError} `version_unknown`, `route_taken`, `release_invalid`, `no_stable_version`, `version_is_stable` or `canary_running`.
 */
export async function setCanary(
  pool: Pool,
  place: Place,
  { version, percent, guard }: NewCanary,
  actor: Actor,
): Promise<CanaryChange> {
  return inTransaction(pool, async (client) => {
    const revision = await lockChannel(client, place.channel);
    const stable = await findStable(client, place);
    const running = await findCanary(client, place);
    if (stable === null) {
      throw refuse(
        "no_stable_version",
        `${place.remote} is not live in ${place.channel}: promote a version that the canary can be compared with.`,
      );
    }
    if (stable === version) {
      throw refuse("version_is_stable", `${version} is what everybody gets already. Nothing is to be tried.`);
    }
    if (running !== null && running.version !== version) {
      throw refuse(
        "canary_running",
        `${running.version} is on trial at ${String(running.percent)} %. Promote or abort it first.`,
      );
    }
    const wanted = { version, percent, guard };
    const change = { channel: place.channel, remote: place.remote, version, percent };
    if (running !== null && isDeepStrictEqual(running, wanted)) return { ...change, revision };
    const next = { ...change, revision: revision + 1 };
    if (running === null) {
      await assertPlaceable(client, place, version);
      await assertFits(client, { ...place, version });
      await insertCanary(client, place, wanted, actor.name);
      await reinstate(client, place, version);
      await recordChange(client, { ...next, kind: "canary-started" }, actor);
    } else {
      if (percent > running.percent) await assertFits(client, { ...place, version });
      await updateCanary(client, place, wanted);
      // Whoever comes in later than others sees another time of the day: the two groups must be of the same time.
      await compareAnew(client, place);
      await recordChange(client, { ...next, kind: "canary-changed" }, actor);
    }
    return next;
  });
}

/**
 * Ends a trial: everybody gets the stable version, visits that are pinned to the canary leave it. Asked again, nothing happens.
 * @throws {ProblemError} `canary_unknown` when that version is not on trial.
 */
export async function abortCanary(
  pool: Pool,
  place: Place,
  { version, reason }: CanaryAbort,
  actor: Actor,
): Promise<CanaryChange> {
  return inTransaction(pool, async (client) => {
    const revision = await lockChannel(client, place.channel);
    const change = { channel: place.channel, remote: place.remote, version, percent: null };
    const running = await findCanary(client, place);
    if (running?.version !== version) {
      const last = await lastCanaryChange(client, place);
      if (last?.kind === "canary-aborted" && last.version === version) {
        return { ...change, revision: last.revision };
      }
      const now = running === null ? "No version" : running.version;
      throw refuse(
        "canary_unknown",
        `${now} of ${place.remote} is on trial in ${place.channel}, not ${version}.`,
      );
    }
    await removeCanary(client, place);
    await withdraw(client, place, version);
    const ended = { ...place, kind: "canary-aborted", version, reason, revision: revision + 1 } as const;
    await recordChange(client, ended, actor);
    return { ...change, revision: revision + 1 };
  });
}
