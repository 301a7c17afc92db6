import { describe, expect, it } from "vitest";
import { barTicks, columnLabels } from "./bar-scale.ts";

describe("scale of the bars", () => {
  it.each([0, 1, 3, 7, 19, 20, 101, 999, 123_456])(
    "reaches %i in at most five whole, equal steps",
    (largest) => {
      const ticks = barTicks(largest);
      const steps = new Set(ticks.slice(1).map((tick, index) => tick - (ticks[index] ?? 0)));
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(Math.max(largest, 1));
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.every(Number.isInteger)).toBe(true);
      expect(steps.size).toBe(1);
    },
  );

  it.each([1, 7, 30, 90])("labels the last of %i columns and never more than seven", (count) => {
    const labels = Array.from({ length: count }, (_, index) => columnLabels(count, 7)(index));
    expect(labels.at(-1)).toBe("first");
    expect(labels.filter((label) => label !== "none").length).toBeLessThanOrEqual(7);
  });

  it("leaves out every second label where there is little room", () => {
    const labels = Array.from({ length: 7 }, (_, index) => columnLabels(7, 7)(index));
    expect(labels).toEqual(["first", "second", "first", "second", "first", "second", "first"]);
  });
});
