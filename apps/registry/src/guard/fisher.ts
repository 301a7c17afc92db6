/** How often something happened, and of how many times. */
export interface Proportion {
  readonly hits: number;
  readonly of: number;
}

const small = [0];
for (let n = 1; n < 32; n += 1) small.push((small[n - 1] ?? 0) + Math.log(n));

/** ln n!, by Stirling's series: from 32 on its error is far below a double's own. */
function logFactorial(n: number): number {
  const known = small[n];
  if (known !== undefined) return known;
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3);
}

const logChoose = (n: number, k: number): number => logFactorial(n) - logFactorial(k) - logFactorial(n - k);

/**
 * Fisher's exact test, one-sided: how probable it is that `one` comes out at least this much higher than `other` by chance alone,
 * when both happen equally often. Exact for any numbers, also for few and for rare events, where the usual approximation by the
 * normal distribution finds too much.
 */
export function chanceOfHigher(one: Proportion, other: Proportion): number {
  if (one.of === 0 || other.of === 0 || one.hits / one.of <= other.hits / other.of) return 1;
  const hits = one.hits + other.hits;
  const misses = one.of + other.of - hits;
  // The hypergeometric distribution's tail from here on: its first term, then each from the one before.
  let term = Math.exp(
    logChoose(hits, one.hits) + logChoose(misses, one.of - one.hits) - logChoose(one.of + other.of, one.of),
  );
  let sum = term;
  for (let at = one.hits; at < Math.min(one.of, hits) && term > sum * 1e-17; at += 1) {
    term *= ((hits - at) * (one.of - at)) / ((at + 1) * (misses - one.of + at + 1));
    sum += term;
  }
  return Math.min(sum, 1);
}
