import { expect, it } from "vitest";
import { assertPagePath, parsePagePath } from "./page-path.ts";

it.each([
  ["/", "/", false],
  ["/dashboard?x=1", "/dashboard", false],
  ["/dashboard/", "/dashboard", false],
  ["/_next/data/abc/index.json", "/", true],
  ["/_next/data/abc/dashboard.json?path=dashboard", "/dashboard", true],
  ["/_next/data/abc/billing/invoices.json", "/billing/invoices", true],
])("%s asks for %s", (url, pathname, isDataRequest) => {
  expect(parsePagePath(url)).toEqual({ pathname, isDataRequest });
});

it.each([
  "//evil.test/",
  "/a//b",
  "/\\evil.test",
  "/a/../b",
  "/..",
  "/a/%2e%2e/b",
  "/a%2fb",
  "/a%5cb",
  "/a%252fb",
  "/a%00",
  "/a%0d%0ab",
  "http://evil.test/",
  "*",
  "",
])("SEC-27 %j is refused", (url) => {
  expect(() => {
    assertPagePath(url);
  }).toThrow(expect.objectContaining({ status: 400, code: "path_invalid" }) as Error);
});

it.each([
  "/",
  "/dashboard/",
  "/a.b/c-d_e~f",
  "/caf%C3%A9",
  "/a?x=//y/../%2e",
  "/...",
  "/_next/data/x/a.json",
])("%s is a path", (url) => {
  expect(() => {
    assertPagePath(url);
  }).not.toThrow();
});
