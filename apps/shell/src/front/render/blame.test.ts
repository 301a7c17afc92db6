import { beforeEach, describe, expect, it } from "vitest";
import { type Blame, createBlame } from "./blame.ts";

const [good, bad, other] = ["user@1", "bad@1", "admin@1"] as const;

describe("blame for a render process that ended", () => {
  let time: number;
  let blame: Blame;
  beforeEach(() => {
    time = 0;
    blame = createBlame(60_000, () => time);
  });

  it("a version that was drawn alone is in quarantine at once, and only for a while", () => {
    expect(blame.ended(new Set([bad]), [good, bad])).toEqual([bad]);
    expect(blame.isQuarantined(bad)).toBe(true);
    expect(blame.isQuarantined(good)).toBe(false);
    time = 60_000;
    expect(blame.isQuarantined(bad)).toBe(false);
  });

  it("of several, the one that does it again is found; those whose pages came through go free", () => {
    expect(blame.ended(new Set([good, bad, other]), [])).toEqual([]);
    expect([good, bad, other].every((version) => blame.isSuspect(version))).toBe(true);
    blame.drawn(good);
    expect(blame.ended(new Set([bad, good]), [])).toEqual([bad]);
    expect(blame.isQuarantined(good)).toBe(false);
    expect(blame.isSuspect(good), "it was there when the process ended").toBe(true);
    blame.drawn(good);
    expect(blame.isSuspect(good)).toBe(false);
  });

  it("pages that are not a remote's are never blamed", () => {
    expect(blame.ended(new Set(), [])).toEqual([]);
  });

  it("when nothing was drawn, the newest version is held to be the reason at the second time", () => {
    expect(blame.ended(new Set(), [good, other, bad])).toEqual([]);
    expect(blame.ended(new Set(), [other, good, bad])).toEqual([bad]);
    expect(blame.ended(new Set(), [good, other])).toEqual([]);
    expect(blame.isQuarantined(good)).toBe(false);
  });
});
