import { expect, it } from "vitest";
import { parsePagePath } from "./page-path.ts";

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
