import { describe, expect, it } from "vitest";
import { createLateness } from "./lateness.ts";

const nobody = (): boolean => false;

describe("pages that were not answered in time", () => {
  it("three in a row mean that the process is stuck, in one of what they showed", () => {
    const lateness = createLateness(3, nobody);
    expect(["a@1", "b@1", "a@1"].map((version) => lateness.late(version))).toEqual([false, false, true]);
    expect([...lateness.versions()]).toEqual(["a@1", "b@1"]);
  });

  it("one that is answered between them clears them all", () => {
    const lateness = createLateness(3, nobody);
    lateness.late("a@1");
    lateness.late(null);
    lateness.answered("b@1");
    expect([...lateness.versions()]).toEqual([]);
    expect(["a@1", null, "a@1"].map((version) => lateness.late(version))).toEqual([false, false, true]);
  });

  it("a version whose own pages are late again and again, while others are answered, is named once", () => {
    const lateness = createLateness(3, nobody);
    const found: string[][] = [];
    for (let page = 0; page < 4; page += 1) {
      expect([lateness.late("a@1"), lateness.late("a@1")]).toEqual([false, false]);
      found.push(lateness.answered("b@1"), lateness.answered(null));
    }
    expect(found).toEqual([[], [], [], [], ["a@1"], [], [], []]);
  });

  it("a page of it that is answered clears a version", () => {
    const lateness = createLateness(3, nobody);
    for (let page = 0; page < 6; page += 1) {
      lateness.late("a@1");
      expect(lateness.answered("b@1")).toEqual([]);
      if (page % 2 === 1) expect(lateness.answered("a@1")).toEqual([]);
    }
  });

  it("one of a suspect is enough", () => {
    const lateness = createLateness(3, (version) => version === "b@1");
    expect([lateness.late("a@1"), lateness.late("b@1")]).toEqual([false, true]);
  });
});
