import type { CanaryGuard, PaneHealth } from "@mullion/contracts";
import { chanceOfHigher, type Proportion } from "./fisher.ts";

/** What a canary is judged by, each on its own. */
const signals = ["failed", "errors", "loadMs", "LCP", "INP"] as const;
type Signal = (typeof signals)[number];
type Timing = "loadMs" | "LCP" | "INP";

/** The last look at each signal, by number. */
export type Looks = Readonly<Partial<Record<Signal, number>>>;

/** Outcome of looking at a canary: `reason` says with figures why it must go; null when it may stay. */
export interface Verdict {
  readonly looks: Looks;
  readonly reason: string | null;
}

/**
 * How probable it may be, over all looks at all signals, that a canary is aborted that fares exactly as the stable version does.
 */
export const falseAlarmRate = 0.01;

// The next look is taken when a quarter more samples are there: looking all the time would find something by chance sooner
// or later.
const growth = 1.25;

/** Number of the look that so many samples are enough for: 0 for the first; -1 when there are too few for any. */
function lookAt(samples: number, minimum: number): number {
  return samples < minimum ? -1 : Math.floor(Math.log(samples / minimum) / Math.log(growth) + 1e-9);
}

/** What is left of the rate for one look at one signal. The shares 1/2, 1/6, 1/12, … of all looks add up to one. */
function rateOf(look: number): number {
  return falseAlarmRate / signals.length / ((look + 1) * (look + 2));
}

interface Comparison {
  readonly canary: Proportion;
  readonly stable: Proportion;
  /** Whether the difference is as large as the guard's threshold. */
  readonly isLarge: boolean;
  readonly describe: () => string;
}

const percentText = ({ hits, of }: Proportion): string => `${((100 * hits) / of).toFixed(1)} %`;

function compareRates(what: string, canary: Proportion, stable: Proportion, points: number): Comparison {
  return {
    canary,
    stable,
    isLarge: (canary.hits / canary.of - stable.hits / stable.of) * 100 >= points,
    describe: () =>
      `${what} ${String(canary.hits)} of ${String(canary.of)} times (${percentText(canary)}), the stable version ` +
      `${String(stable.hits)} of ${String(stable.of)} (${percentText(stable)})`,
  };
}

/** Of all samples together the value that three quarters do not exceed. */
function pooledEdge(canary: PaneHealth, stable: PaneHealth, timing: Timing): number {
  const pooled = [...canary.distributions[timing], ...stable.distributions[timing]].toSorted(
    ([a], [b]) => a - b,
  );
  let rest = 0.75 * pooled.reduce((sum, [, count]) => sum + count, 0);
  for (const [edge, count] of pooled) {
    rest -= count;
    if (rest <= 0) return edge;
  }
  return Number.POSITIVE_INFINITY;
}

function slowerThan(edge: number, health: PaneHealth, timing: Timing): Proportion {
  const hits = health.distributions[timing].reduce(
    (sum, [upper, count]) => (upper > edge ? sum + count : sum),
    0,
  );
  return { hits, of: health.samples[timing] };
}

const p75Of = (health: PaneHealth, timing: Timing): number | null =>
  timing === "loadMs" ? health.loadMs : health.vitals[timing];

const timingNames: Readonly<Record<Timing, string>> = { loadMs: "Load time", LCP: "LCP", INP: "INP" };

function compareTimings(
  timing: Timing,
  canary: PaneHealth,
  stable: PaneHealth,
  slower: number,
): Comparison | null {
  const [own, usual] = [p75Of(canary, timing), p75Of(stable, timing)];
  if (own === null || usual === null) return null;
  // The line is drawn through all samples, whichever version they are of. So if both versions are equally fast, how many of the
  // canary's lie beyond it is chance alone, and the test holds.
  const edge = pooledEdge(canary, stable, timing);
  return {
    canary: slowerThan(edge, canary, timing),
    stable: slowerThan(edge, stable, timing),
    isLarge: own > usual * (1 + slower / 100),
    describe: () =>
      `${timingNames[timing]} is ${String(Math.round(own))} ms at the 75th percentile of ${String(canary.samples[timing])}, ` +
      `the stable version's ${String(Math.round(usual))} ms of ${String(stable.samples[timing])}`,
  };
}

function compare(
  signal: Signal,
  canary: PaneHealth,
  stable: PaneHealth,
  guard: CanaryGuard,
): Comparison | null {
  if (signal === "failed") {
    const failed = (health: PaneHealth): Proportion => ({
      hits: health.failed,
      of: health.shown + health.failed,
    });
    return compareRates("Failed", failed(canary), failed(stable), guard.errorRatePoints);
  }
  if (signal === "errors") {
    // One error per showing is what panes report; more than one each would be no proportion.
    const errors = (health: PaneHealth): Proportion => ({
      hits: Math.min(health.errors, health.shown),
      of: health.shown,
    });
    return compareRates("Threw", errors(canary), errors(stable), guard.errorRatePoints);
  }
  return compareTimings(signal, canary, stable, guard.slowerPercent);
}

/**
 * Compares a canary with the stable version over the same time. It must go when it is worse in one signal, by at least the
 * threshold, and more than chance explains. `before` are the looks taken so far: each is taken once.
 */
export function judge(canary: PaneHealth, stable: PaneHealth, guard: CanaryGuard, before: Looks): Verdict {
  const looks: Partial<Record<Signal, number>> = { ...before };
  if (lookAt(canary.shown + canary.failed, guard.minimumLoads) < 0) return { looks, reason: null };
  for (const signal of signals) {
    const comparison = compare(signal, canary, stable, guard);
    if (comparison === null || comparison.stable.of === 0) continue;
    // A timing is not sampled at every showing: it has a count of its own, and the same minimum.
    const look = lookAt(comparison.canary.of, guard.minimumLoads);
    if (look <= (before[signal] ?? -1)) continue;
    looks[signal] = look;
    const chance = chanceOfHigher(comparison.canary, comparison.stable);
    if (!comparison.isLarge || chance >= rateOf(look)) continue;
    return { looks, reason: `${comparison.describe()}; by chance: ${chance.toExponential(1)}` };
  }
  return { looks, reason: null };
}
