import { expect, it } from "vitest";
import { chanceOfHigher } from "./fisher.ts";

/** The same probability by adding up binomial coefficients that are exact. */
function exactly(hits: number, of: number, otherHits: number, otherOf: number): number {
  const choose = (n: bigint, k: bigint): bigint => {
    if (k < 0n || k > n) return 0n;
    let result = 1n;
    for (let at = 1n; at <= k; at += 1n) result = (result * (n - k + at)) / at;
    return result;
  };
  const [n, total, all] = [BigInt(of), BigInt(hits + otherHits), BigInt(of + otherOf)];
  let sum = 0n;
  for (let at = BigInt(hits); at <= n; at += 1n) sum += choose(total, at) * choose(all - total, n - at);
  return Number((sum * 10n ** 24n) / choose(all, n)) / 1e24;
}

it("gives the exact probability, for few and for many", () => {
  for (const [hits, of, otherHits, otherOf] of [
    [3, 4, 1, 4],
    [10, 50, 5, 450],
    [2, 50, 2, 450],
    [40, 200, 300, 3_000],
    [1, 1, 0, 1],
    [50, 50, 0, 500],
  ] as const) {
    const exact = exactly(hits, of, otherHits, otherOf);
    const chance = chanceOfHigher({ hits, of }, { hits: otherHits, of: otherOf });
    expect(Math.abs(chance - exact) / Math.max(exact, 1e-24), `${String(hits)}/${String(of)}`).toBeLessThan(
      1e-6,
    );
  }
  // R: fisher.test(matrix(c(3, 1, 1, 3), 2), alternative = "greater")$p.value
  expect(chanceOfHigher({ hits: 3, of: 4 }, { hits: 1, of: 4 })).toBeCloseTo(0.242857, 6);
});

it("stays a probability with hundreds of thousands of samples", () => {
  const chance = chanceOfHigher({ hits: 2_100, of: 100_000 }, { hits: 20_000, of: 1_000_000 });
  expect(chance).toBeGreaterThan(0.01);
  expect(chance).toBeLessThan(0.02);
  expect(chanceOfHigher({ hits: 20_000, of: 100_000 }, { hits: 10_000, of: 1_000_000 })).toBe(0);
});

it("finds nothing where nothing is higher, or nothing was counted", () => {
  expect(chanceOfHigher({ hits: 1, of: 10 }, { hits: 10, of: 100 })).toBe(1);
  expect(chanceOfHigher({ hits: 0, of: 0 }, { hits: 10, of: 100 })).toBe(1);
  expect(chanceOfHigher({ hits: 5, of: 10 }, { hits: 0, of: 0 })).toBe(1);
});
