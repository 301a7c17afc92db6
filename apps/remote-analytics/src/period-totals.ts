import type { Summary } from "@mullion/contracts";

type Day = Summary["days"][number];

/** Sums over all days. */
export interface PeriodTotals {
  readonly signIns: number;
  readonly signInFailures: number;
  readonly requests: number;
  readonly failedRequests: number;
}

/** Adds up the days. */
export function addUp(days: readonly Day[]): PeriodTotals {
  const sum = (field: keyof PeriodTotals): number => days.reduce((total, day) => total + day[field], 0);
  return {
    signIns: sum("signIns"),
    signInFailures: sum("signInFailures"),
    requests: sum("requests"),
    failedRequests: sum("failedRequests"),
  };
}

/** Failed part of all, 0 to 1; undefined where there is nothing to have a part of. */
export function failedShare(failed: number, all: number): number | undefined {
  return all === 0 ? undefined : failed / all;
}
