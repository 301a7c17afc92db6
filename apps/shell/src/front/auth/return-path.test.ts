import { describe, expect, it } from "vitest";
import { isReadable, safeReturnPath } from "./return-path.ts";

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
    "/%0D%0Aset-cookie:a=b",
    "/%5cevil.test",
    "evil.test",
    "https:evil.test",
    "https:/evil.test",
    "https://app.example.com.evil.test/",
    "https://app.example.com@evil.test/",
  ])("SEC-19 %j leads to /", (target) => {
    expect(safeReturnPath(target, origin)).toBe("/");
  });

  it.each(["%", "/%E0%A4%A", "http://[", "//[", "", `/${"a".repeat(2_048)}`])(
    "SEC-20 %j is malformed",
    (target) => {
      expect(isReadable(target)).toBe(false);
    },
  );

  it("what can be read is not malformed, wherever it leads", () => {
    for (const target of ["/user?a=%20b", "//evil.test", "javascript:alert(1)", `${origin}/user`]) {
      expect(isReadable(target)).toBe(true);
    }
  });

  it("keeps a path of this site with its query, absolute or relative", () => {
    expect(safeReturnPath("/analytics?days=30", origin)).toBe("/analytics?days=30");
    expect(safeReturnPath(`${origin}/user`, origin)).toBe("/user");
    expect(safeReturnPath(undefined, origin)).toBe("/");
  });
});
