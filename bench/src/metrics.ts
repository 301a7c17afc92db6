/** What a benchmark measured. `target` is what the value is held to, e.g. `<= 30`; null where it is for information. */
export interface Metric {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string | null;
  /** False when the value misses the target. */
  readonly ok: boolean;
}

/** What to hold a value to. */
export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** A metric, rounded to three significant digits after it was compared. */
export function createMetric(id: string, value: number, unit: string, target?: Target): Metric {
  const rounded = Number(value.toPrecision(3));
  if (target === undefined) return { id, value: rounded, unit, target: null, ok: true };
  return "atMost" in target
    ? { id, value: rounded, unit, target: `<= ${target.atMost}`, ok: value <= target.atMost }
    : { id, value: rounded, unit, target: `>= ${target.atLeast}`, ok: value >= target.atLeast };
}

/** Middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  if (low === undefined || high === undefined) throw new RangeError("no values to take the median of");
  return (low + high) / 2;
}
