import { expect, it } from "vitest";
import { isReservedPath } from "./remote-manifest.ts";

it.each([
  "/",
  "//billing",
  "/signin",
  "/signin/again",
  "/signout",
  "/sign-in-failed",
  "/override",
  "/override-refused",
  "/api",
  "/api/session",
  "/_next/static/x.js",
  "/healthz",
  "/readyz",
])("%s is the shell's own", (path) => {
  expect(isReservedPath(path)).toBe(true);
});

it.each(["/billing", "/billing/api", "/apis", "/signing", "/overrides/open", "/api-keys"])(
  "%s is free for remotes",
  (path) => {
    expect(isReservedPath(path)).toBe(false);
  },
);
