/** Ticks of a scale from 0 upwards, in equal round steps, for whole numbers. The last one is the top. */
export function barTicks(largest: number): readonly number[] {
  const rough = Math.max(largest, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const candidates = [1, 2, 2.5, 5, 10].map((factor) => factor * power);
  const step = candidates.find((candidate) => candidate >= rough && Number.isInteger(candidate)) ?? 1;
  const count = Math.max(Math.ceil(largest / step), 1);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** Which of `count` columns get a label so that at most `most` do, counted back from the last. */
export function labelledColumns(count: number, most: number): (index: number) => boolean {
  const every = Math.max(Math.ceil(count / most), 1);
  return (index) => (count - 1 - index) % every === 0;
}
