// @vitest-environment node
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { withHostChunks } from "./host-chunks.ts";

interface Group {
  readonly name: string;
  readonly minChunks?: number;
  test(module: { type: string; nameForCondition(): string }): boolean;
}

const split = withHostChunks({ cacheGroups: { framework: "of Next" } });
if (split === false) throw new Error("nothing is split");
const { framework, ...added } = split.cacheGroups as Record<string, Group> & { framework: unknown };

/** Chunk of a file that `chunks` chunks have. */
function chunkOf(file: string, chunks = 1, type = "javascript/auto"): string | undefined {
  const module = { type, nameForCondition: () => file };
  return Object.values(added).find(({ minChunks = 1, test }) => chunks >= minChunks && test(module))?.name;
}

it("what start-up and share scope both need is in one chunk, and what one of them needs stays where it is", () => {
  const router = "/app/node_modules/next/dist/client/router.js";
  expect(chunkOf(router, 2)).toBe("next-client");
  expect(chunkOf(router, 1)).toBeUndefined();
  expect(chunkOf("/app/node_modules/next/router.js")).toBe("next-client");
  const own = fileURLToPath(new URL("../load-remote.ts", import.meta.url));
  expect(chunkOf(own, 2)).toBe("federation");
  expect(chunkOf(own, 1)).toBeUndefined();
});

it("what every page loads is in one chunk, without what only some remote asks for and without stylesheets", () => {
  for (const file of ["/app/packages/ui/src/index.ts", "/app/node_modules/zod/v4/core.js"]) {
    expect(chunkOf(file), file).toBe("platform");
  }
  expect(chunkOf(fileURLToPath(import.meta.resolve("@mullion/contracts/identity-clients")))).toBe(
    "lent-modules",
  );
  expect(chunkOf("/app/packages/ui/src/styles.css", 1, "css/mini-extract")).toBeUndefined();
  expect(chunkOf("/app/node_modules/left-pad/index.js", 3)).toBeUndefined();
});

it("Next's own groups stay, and where Next splits nothing nothing is split", () => {
  expect(framework).toBe("of Next");
  expect(withHostChunks(false)).toBe(false);
});
