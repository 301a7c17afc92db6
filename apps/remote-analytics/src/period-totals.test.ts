import { describe, expect, it } from "vitest";
import { addUp, failedShare } from "./period-totals.ts";
import { summaryOf } from "./testing/summary.ts";

describe("totals of a period", () => {
  it("add up every day", () => {
    expect(addUp(summaryOf(7).days)).toEqual({
      signIns: 14,
      signInFailures: 7,
      requests: 700,
      failedRequests: 35,
    });
  });

  it("know no failed share where nothing was asked", () => {
    expect(failedShare(0, 0)).toBeUndefined();
    expect(failedShare(35, 700)).toBe(0.05);
  });
});
