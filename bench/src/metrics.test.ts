import { expect, it } from "vitest";
import { createMetric, median } from "./metrics.ts";
import { formatTable } from "./table.ts";

it("takes the middle of an odd and of an even number of values, in any order", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow(RangeError);
});

it("holds a value to its target before rounding it", () => {
  expect(createMetric("up", 30.04, "s", { atMost: 30 })).toMatchObject({
    value: 30,
    target: "<= 30",
    ok: false,
  });
  expect(createMetric("rate", 12_000, "requests/s", { atLeast: 12_000 })).toMatchObject({ ok: true });
  expect(createMetric("size", 1.23456, "MB")).toEqual({
    id: "size",
    value: 1.23,
    unit: "MB",
    target: null,
    ok: true,
  });
});

it("marks a missed target in the table", () => {
  const table = formatTable([
    createMetric("a", 1, "s", { atMost: 2 }),
    createMetric("long", 10, "s", { atMost: 2 }),
  ]);
  expect(table).toBe("✓  a     1 s   <= 2\n✗  long  10 s  <= 2");
});
