import { expect, it } from "vitest";
import { keepPageHeaders } from "./answer-headers.ts";

it("SEC-56 code in render sets no cookie, no policy and no way to another site", () => {
  const honest = { "content-type": "text/html", "content-length": "12", vary: "accept" };
  expect(
    keepPageHeaders({
      ...honest,
      "set-cookie": ["__Host-mullion.sid=chosen; Path=/; Secure"],
      "content-security-policy": "default-src *",
      "clear-site-data": '"*"',
      "service-worker-allowed": "/",
      "access-control-allow-origin": "*",
      "strict-transport-security": "max-age=0",
      location: "https://evil.test/",
      refresh: "0; url=https://evil.test/",
    }),
  ).toEqual(honest);
});

it.each(["//evil.test", "/\\evil.test", "javascript:alert(1)", "/a\\b"])(
  "a redirect to %s is dropped",
  (location) => {
    expect(keepPageHeaders({ location })).toEqual({});
  },
);

it("a redirect within the site is kept", () => {
  expect(keepPageHeaders({ location: "/dashboard?x=1" })).toEqual({ location: "/dashboard?x=1" });
});
