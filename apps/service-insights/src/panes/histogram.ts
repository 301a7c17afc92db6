/** Intervals that grow by a tenth each: whatever is read from them is at most 5 % off, from `first` to `last`. */
export interface Scale {
  /** Upper edge of the first interval, which begins at 0. */
  readonly first: number;
  /** What is larger counts as this. */
  readonly last: number;
}

const growth = 1.1;
const milliseconds: Scale = { first: 10, last: 600_000 };

/** The scale of each measurement: milliseconds, bytes, and CLS, which has no unit. */
export const scales = {
  loadMs: milliseconds,
  bytes: { first: 1_000, last: 100_000_000 },
  LCP: milliseconds,
  INP: milliseconds,
  CLS: { first: 0.001, last: 10 },
  FCP: milliseconds,
  TTFB: milliseconds,
} as const satisfies Readonly<Record<string, Scale>>;
export type Measurement = keyof typeof scales;

/** One interval and how many values fell into it. */
export interface Bucket {
  readonly bucket: number;
  readonly count: number;
}

/** The number of the interval that a value falls into. */
export function bucketOf(value: number, { first, last }: Scale): number {
  if (value <= first) return 0;
  // Less a little: an edge belongs to the interval that it ends, whatever the logarithm makes of it.
  return Math.ceil(Math.log(Math.min(value, last) / first) / Math.log(growth) - 1e-9);
}

/** Upper edge of an interval, to three significant digits more than anybody reads. */
export function upperEdge(bucket: number, { first }: Scale): number {
  return Number((first * growth ** bucket).toPrecision(6));
}

/**
 * The value that `share` of all values do not exceed, at most 5 % off (within the first interval: at most half of it); null
 * without values. `buckets` in ascending order.
 */
export function quantile(buckets: readonly Bucket[], share: number, scale: Scale): number | null {
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let rest = share * total;
  for (const { bucket, count } of buckets) {
    rest -= count;
    if (rest > 0) continue;
    const upper = upperEdge(bucket, scale);
    // The geometric middle is as far from either edge.
    return Number((bucket === 0 ? upper / 2 : upper / Math.sqrt(growth)).toPrecision(4));
  }
  return null;
}
