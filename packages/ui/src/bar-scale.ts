/** Ticks of a scale from 0 upwards, in equal round steps, for whole numbers. The last one is the top. */
export function barTicks(largest: number): readonly number[] {
  const rough = Math.max(largest, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const candidates = [1, 2, 2.5, 5, 10].map((factor) => factor * power);
  const step = candidates.find((candidate) => candidate >= rough && Number.isInteger(candidate)) ?? 1;
  const count = Math.max(Math.ceil(largest / step), 1);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/**
 * Which of `count` columns get a label so that at most `most` do, counted back from the last. `second`: every other
 * one of them, left out where there is little room.
 */
export function columnLabels(count: number, most: number): (index: number) => "none" | "first" | "second" {
  const every = Math.max(Math.ceil(count / most), 1);
  return (index) => {
    const fromLast = count - 1 - index;
    if (fromLast % every !== 0) return "none";
    return (fromLast / every) % 2 === 0 ? "first" : "second";
  };
}
