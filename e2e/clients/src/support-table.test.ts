import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readSupportTable } from "./support-table.ts";

const call = /\bsupports\(\s*"([^"]+)",\s*"([^"]+)"/g;

it("claims in the table of docs/clients/README.md just what a test shows", () => {
  const folder = new URL(".", import.meta.url);
  const tests = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".test.ts"),
  );
  const shown = tests.flatMap((name) =>
    [...readFileSync(new URL(name, folder), "utf8").matchAll(call)].map(([, library, operation]) =>
      [library, operation].join(": "),
    ),
  );
  const claimed = [...readSupportTable()].flatMap(([library, operations]) =>
    operations.map((operation) => `${library}: ${operation}`),
  );
  expect(claimed.sort()).toEqual([...new Set(shown)].sort());
});
