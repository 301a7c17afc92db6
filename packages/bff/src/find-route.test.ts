import { apiAudience, defineRoutes } from "@mullion/contracts";
import { expect, it } from "vitest";
import { findRoute } from "./find-route.ts";

const common = {
  method: "GET",
  auth: "jwt",
  upstream: "profile",
  audience: apiAudience,
  scope: "profile:read",
  timeoutMs: 1_000,
  bodyLimitBytes: 0,
} as const;
const routes = defineRoutes([
  { ...common, id: "things", path: "/things/" },
  { ...common, id: "thing", path: "/things/:id" },
  { ...common, id: "me", path: "/me" },
]);

it("a slash at the end belongs to the path: it is found as it is listed and in no other way", () => {
  expect(findRoute(routes, "GET", "/things/")).toMatchObject({ route: { id: "things" }, params: {} });
  expect(findRoute(routes, "GET", "/things/7")).toMatchObject({
    route: { id: "thing" },
    params: { id: "7" },
  });
  for (const unlisted of ["/things", "/things/7/", "/me/"]) {
    expect(() => findRoute(routes, "GET", unlisted)).toThrow(`The API has no ${unlisted}`);
  }
});

it.each(["//", "/me//", "//me", "/things//", "/./", "/things/../", "/"])(
  "%s is refused, not normalised",
  (path) => {
    expect(() => findRoute(routes, "GET", path)).toThrow("Segments may hold");
  },
);
