import { expect, it } from "vitest";
import { releaseFileSchema } from "./release.ts";

const readable = (path: string): boolean =>
  releaseFileSchema.safeParse({ path, bytes: 1, integrity: `sha384-${"A".repeat(64)}` }).success;

it.each(["_next/static/chunks/remoteEntry.js", "_next/static/pages/[id].js", "a"])(
  "%s is a path of a file",
  (path) => {
    expect(readable(path)).toBe(true);
  },
);

it.each([
  "/etc/passwd",
  "//evil.test/x.js",
  "a//b.js",
  "../x.js",
  "a/../../x.js",
  "https://evil.test/x.js",
  "a b.js",
])("%s leads elsewhere and is no path of a file", (path) => {
  expect(readable(path)).toBe(false);
});
