import { expect, it } from "vitest";
import { createOpenedTokens } from "./opened-tokens.ts";
import type { TokenSet } from "./record.ts";

const tokensOf = (token: string): TokenSet => ({
  access: { "urn:mullion:api": { token, scope: "", issuedAt: 0, expiresAt: 1 } },
  refreshToken: null,
  identitySid: null,
});

it("gives a set back for the text it came from only, and in its own session only", () => {
  const opened = createOpenedTokens();
  opened.keep("mine", "sealed-1", tokensOf("one"));
  expect(opened.find("mine", "sealed-1")).toEqual(tokensOf("one"));
  expect(opened.find("mine", "sealed-2")).toBeUndefined();
  expect(opened.find("theirs", "sealed-1")).toBeUndefined();
});

it("keeps the newest set of a session, and nothing of an ended one", () => {
  const opened = createOpenedTokens();
  opened.keep("mine", "sealed-1", tokensOf("one"));
  opened.keep("mine", "sealed-2", tokensOf("two"));
  expect(opened.find("mine", "sealed-1")).toBeUndefined();
  expect(opened.find("mine", "sealed-2")).toEqual(tokensOf("two"));
  opened.forget("mine");
  expect(opened.find("mine", "sealed-2")).toBeUndefined();
});

it("holds no more sessions than it may", () => {
  const opened = createOpenedTokens(2);
  for (const handle of ["a", "b", "c"]) opened.keep(handle, "sealed", tokensOf(handle));
  expect(opened.find("a", "sealed")).toBeUndefined();
  expect(opened.find("b", "sealed")).toEqual(tokensOf("b"));
  expect(opened.find("c", "sealed")).toEqual(tokensOf("c"));
});

it("hands out what nobody can change for the next caller", () => {
  const opened = createOpenedTokens();
  const tokens = tokensOf("one");
  opened.keep("mine", "sealed", tokens);
  expect(() => {
    tokens.refreshToken = "planted";
  }).toThrow(TypeError);
  expect(() => {
    tokens.access["urn:mullion:api"] = { token: "planted", scope: "", issuedAt: 0, expiresAt: 1 };
  }).toThrow(TypeError);
});
