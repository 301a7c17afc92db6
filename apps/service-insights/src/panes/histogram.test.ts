import { seededRandom } from "@mullion/testing";
import { expect, it } from "vitest";
import { bucketOf, quantile, type Scale, scales, upperEdge } from "./histogram.ts";

function histogramOf(values: readonly number[], scale: Scale) {
  const groups = Map.groupBy(values, (value) => bucketOf(value, scale));
  return [...groups]
    .toSorted(([a], [b]) => a - b)
    .map(([bucket, group]) => ({ bucket, count: group.length }));
}

it("P18 a percentile read from intervals is at most 5 % off, over the whole scale", () => {
  const random = seededRandom(7);
  for (const [name, scale] of Object.entries(scales)) {
    for (let round = 0; round < 200; round += 1) {
      const centre = scale.first * (scale.last / scale.first) ** (0.05 + 0.9 * random());
      const values = Array.from({ length: 99 }, () => centre * Math.exp(random() - 0.5)).toSorted(
        (a, b) => a - b,
      );
      const exact = Math.min(values[Math.ceil(0.75 * values.length) - 1] ?? 0, scale.last);
      if (exact < scale.first) continue;
      const read = quantile(histogramOf(values, scale), 0.75, scale) ?? 0;
      expect(Math.abs(read / exact - 1), `${name} ${String(exact)}`).toBeLessThan(0.0501);
    }
  }
});

it("a value on an edge belongs to the interval that it ends; the largest values share one", () => {
  const scale = scales.LCP;
  for (let bucket = 0; bucket < 110; bucket += 1) expect(bucketOf(10 * 1.1 ** bucket, scale)).toBe(bucket);
  expect(bucketOf(0, scale)).toBe(0);
  expect(bucketOf(10_000_000, scale)).toBe(bucketOf(600_000, scale));
  expect(upperEdge(bucketOf(600_000, scale), scale)).toBeGreaterThanOrEqual(600_000);
  for (const each of Object.values(scales)) expect(bucketOf(each.last, each)).toBeLessThanOrEqual(200);
});

it("has no percentile of nothing", () => {
  expect(quantile([], 0.75, scales.CLS)).toBeNull();
});
