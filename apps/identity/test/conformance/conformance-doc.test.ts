import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { plans } from "./plans.ts";

const file = fileURLToPath(new URL("../../../../docs/identity/conformance.md", import.meta.url));

it("docs/identity/conformance.md lists every module of every plan with its state", async () => {
  const content = await readFile(file, "utf8");
  const sections = content.split(/^## /m).slice(1);
  const listed = sections.flatMap((section) => {
    const [title = ""] = section.split("\n", 1);
    const rows = [...section.matchAll(/^\| `([\w-]+)` +\| ([a-z ]+?) +\|/gm)];
    return rows.length === 0
      ? []
      : [[title, Object.fromEntries(rows.map(([, name, state]) => [name, state]))]];
  });
  expect(Object.fromEntries(listed)).toEqual(plans);
});
