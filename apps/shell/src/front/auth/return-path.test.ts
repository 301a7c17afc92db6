import { describe, expect, it } from "vitest";
import { safeReturnPath } from "./return-path.ts";

const origin = "https://app.example.com";

describe("return path", () => {
  it.each([
    "//evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "https://evil.test/dashboard",
    "javascript:alert(1)",
    "/%0d",
    "/ok\r\nset-cookie: a=b",
    "data:text/html,x",
    "http://app.example.com/",
    "https://app.example.com//evil.test",
    "",
    " /dashboard",
  ])("SEC-19 %j leads to / or stays on this site", (target) => {
    const path = safeReturnPath(target, origin);
    expect(new URL(path, origin).origin).toBe(origin);
    expect(["/", "/%0d"]).toContain(path);
  });

  it("keeps a path of this site with its query, absolute or relative", () => {
    expect(safeReturnPath("/analytics?days=30", origin)).toBe("/analytics?days=30");
    expect(safeReturnPath(`${origin}/user`, origin)).toBe("/user");
    expect(safeReturnPath(undefined, origin)).toBe("/");
  });
});
