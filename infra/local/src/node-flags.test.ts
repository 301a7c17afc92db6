import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { nodeFlagsOf } from "./node-flags.ts";

function folderWith(manifest: object): string {
  const folder = mkdtempSync(join(tmpdir(), "node-flags-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}

it.each([
  [
    "node --max-old-space-size=256 --enable-source-maps src/main.ts",
    ["--max-old-space-size=256", "--enable-source-maps"],
  ],
  ["node src/main.ts --port=1", []],
  ["next start", []],
])("an app runs with the flags of its start script: %s", (start, flags) => {
  expect(nodeFlagsOf(folderWith({ scripts: { start } }))).toEqual(flags);
});

it("an app without a start script has none", () => {
  expect(nodeFlagsOf(folderWith({ name: "app" }))).toEqual([]);
});
