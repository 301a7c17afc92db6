// @vitest-environment node
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { besideReact, withStartUp } from "./start-up.ts";

it("the start-up imports files before its own, however its entry is written; other entries stay", async () => {
  const pages = { "pages/_app": "app.js" };
  for (const [main, wanted] of [
    ["next.js", { import: ["first.js", "next.js"] }],
    [["a.js", "b.js"], { import: ["first.js", "a.js", "b.js"] }],
    [{ import: "next.js", layer: null }, { import: ["first.js", "next.js"], layer: null }],
  ] as const) {
    const entries = { ...pages, main: main as string };
    expect(await withStartUp(async () => entries, ["first.js"])()).toEqual({ ...pages, main: wanted });
  }
});

it("nothing changes without files, and where there is no start-up", async () => {
  const main = { main: "next.js" };
  expect(await withStartUp(async () => main, [])()).toEqual(main);
  expect(await withStartUp(async () => ({ edge: "edge.js" }), ["first.js"])()).toEqual({ edge: "edge.js" });
});

it("what lies beside React is found from the application", () => {
  const file = besideReact(resolve(import.meta.dirname, "../../../../apps/shell"));
  expect(existsSync(file)).toBe(true);
  expect(file).toMatch(/node_modules[\\/]scheduler[\\/]/);
});
