import { isDeepStrictEqual } from "node:util";
import type { PaneHealth } from "@mullion/contracts";
import { ProblemError } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyBaseLogger } from "fastify";
import { abortCanary } from "../rollouts/canary.ts";
import { readCanaries, saveLooks, type WatchedCanary } from "./canaries.ts";
import type { ReadPanes } from "./insights.ts";
import { judge } from "./judge.ts";
import type { Leadership } from "./leadership.ts";

const actor = { name: "guard", requestId: "guard" } as const;

/** Where the stable version was shown too seldom beside the canary, its last day counts. */
const fallbackMs = 24 * 60 * 60 * 1000;

/** Between two looks: two seconds while a trial is young; then a two-hundredth of its age, to half a minute. */
function pauseMs({ comparedFrom }: WatchedCanary, intervalMs: number): number {
  const ageMs = Date.now() - comparedFrom.getTime();
  return Math.min(Math.max(intervalMs, ageMs / 200), Math.max(intervalMs, 30_000));
}

/** What the guard works with. `intervalMs` is how often it looks at most. */
export interface GuardParts {
  readonly pool: Pool;
  readonly leadership: Leadership;
  readonly readPanes: ReadPanes;
  readonly intervalMs: number;
  readonly log: FastifyBaseLogger;
}

/** Watches canaries until it is closed. */
export interface Guard {
  close(): Promise<void>;
}

function versionOf(panes: readonly PaneHealth[], version: string): PaneHealth | undefined {
  return panes.find((pane) => pane.version === version);
}

const loadsOf = (health: PaneHealth | undefined): number =>
  health === undefined ? 0 : health.shown + health.failed;

/** Looks at one trial, and ends it when it has to go. Rejects when insights or Postgres do not answer. */
async function look({ pool, readPanes, log }: GuardParts, canary: WatchedCanary): Promise<void> {
  const { channel, remote, version, guard, comparedFrom, looks } = canary;
  const panes = await readPanes(canary, comparedFrom);
  const own = versionOf(panes, version);
  if (own === undefined || loadsOf(own) < guard.minimumLoads) return;
  let usual = versionOf(panes, canary.stable);
  if (loadsOf(usual) < guard.minimumLoads) {
    const since = new Date(comparedFrom.getTime() - fallbackMs);
    usual = versionOf(await readPanes(canary, since), canary.stable);
  }
  if (usual === undefined) return;
  const verdict = judge(own, usual, guard, looks);
  // Written down before anything follows from it: a look is taken once, also when this instance ends here.
  if (!isDeepStrictEqual(verdict.looks, looks)) await saveLooks(pool, canary, verdict.looks);
  const { reason } = verdict;
  if (reason === null) return;
  try {
    await abortCanary(pool, { channel, remote }, { version, reason }, actor);
    log.warn({ channel, remote, version, reason }, "the guard aborted a canary");
  } catch (error) {
    // Somebody promoted or ended it while the guard was looking: nothing is left to do.
    if (!(error instanceof ProblemError && error.code === "canary_unknown")) throw error;
  }
}

/**
 * Starts to watch the canaries of every channel. One instance of the registry does it at a time. While insights does not answer
 * nothing is concluded.
 */
export function startGuard(parts: GuardParts): Guard {
  const { pool, leadership, intervalMs, log } = parts;
  const due = new Map<string, number>();
  let blind = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function watch(): Promise<void> {
    if (!(await leadership.hold())) return;
    const canaries = await readCanaries(pool);
    const keyOf = (canary: WatchedCanary): string =>
      [canary.channel, canary.remote, canary.version, canary.comparedFrom.toISOString()].join(" ");
    const keys = new Set(canaries.map(keyOf));
    for (const key of due.keys()) if (!keys.has(key)) due.delete(key);
    const failures: unknown[] = [];
    for (const canary of canaries) {
      const key = keyOf(canary);
      if (closed || Date.now() < (due.get(key) ?? 0)) continue;
      // One that cannot be looked at must not keep the guard from the others.
      await look(parts, canary).catch((error: unknown) => failures.push(error));
      due.set(key, Date.now() + pauseMs(canary, intervalMs));
    }
    if (failures.length > 0) throw failures[0];
  }

  async function tick(): Promise<void> {
    try {
      await watch();
      if (blind) log.info("the guard sees again how canaries fare");
      blind = false;
    } catch (error) {
      // Once, not every two seconds for as long as it lasts.
      if (!blind && !closed)
        log.error({ err: error }, "the guard cannot see how canaries fare: none is aborted");
      blind = true;
    }
  }

  let running = Promise.resolve();
  const schedule = (): void => {
    timer = setTimeout(() => {
      running = tick().finally(() => {
        if (!closed) schedule();
      });
    }, intervalMs);
  };
  schedule();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
      await leadership.close();
    },
  };
}
