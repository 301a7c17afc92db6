// @vitest-environment node
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, it } from "vitest";

const budgetBytes = 5 * 1024;

it("without React it is no more than 5 KB, minified and gzipped", async () => {
  const result = await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: true, lib: { entry: "index.ts", formats: ["es"] } },
  });
  const chunks = (Array.isArray(result) ? result : []).flatMap(({ output }) => output);
  expect(chunks).toHaveLength(1);
  const code = chunks[0]?.type === "chunk" ? chunks[0].code : "";
  expect(code).toContain("/session");
  expect(code).not.toContain("zod");
  expect(gzipSync(code).byteLength).toBeLessThanOrEqual(budgetBytes);
});
