// @vitest-environment node
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import type { EntryFunction } from "./layers.ts";
import { besideReact, withStartUp } from "./start-up.ts";

type Entry = Awaited<ReturnType<EntryFunction>>[string];

it.each<[written: Entry, changed: Entry]>([
  ["next.js", { import: ["first.js", "next.js"] }],
  [["a.js", "b.js"], { import: ["first.js", "a.js", "b.js"] }],
  [
    { import: "next.js", layer: null },
    { import: ["first.js", "next.js"], layer: null },
  ],
])("the start-up %j imports a file before its own; other entries stay", async (written, changed) => {
  const pages = { "pages/_app": "app.js" };
  const entry = withStartUp(async () => ({ ...pages, main: written }), "first.js");
  expect(await entry()).toEqual({ ...pages, main: changed });
});

it("nothing changes where there is no start-up", async () => {
  expect(await withStartUp(async () => ({ edge: "edge.js" }), "first.js")()).toEqual({ edge: "edge.js" });
});

it("what lies beside React is found from the application", () => {
  const file = besideReact(resolve(import.meta.dirname, "../../../../apps/shell"));
  expect(existsSync(file)).toBe(true);
  expect(file).toMatch(/node_modules[\\/]scheduler[\\/]/);
});
