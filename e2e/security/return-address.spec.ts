import type { Fronts } from "../src/fronts.ts";
import { expect, test } from "../src/security-fixtures.ts";
import { sessionCookie } from "../src/session-cookie.ts";
import { landAfterSignIn, reachCallback } from "../src/sign-in-steps.ts";
import { isLanding, signIn } from "../src/visitor.ts";

const evilTargets = [
  "https://evil.test/",
  "//evil.test",
  "///evil.test",
  "/\\evil.test",
  "\\\\evil.test",
  "/\t/evil.test",
  "/%0d%0aSet-Cookie:%20a=b",
  "\r\nlocation: https://evil.test",
  "javascript:alert(1)",
  "data:text/html,evil",
  "http:evil.test",
  "https:/evil.test",
  "evil.test",
  "/./\\evil.test",
  "/..//evil.test",
  "http://localhost:1@evil.test/",
] as const;

function expectStartPage(fronts: Fronts, { href }: URL): void {
  expect(href).toBe(`${fronts.origin}/`);
}

for (const target of evilTargets) {
  test(`SEC-19 a sign-in with the callbackUrl ${JSON.stringify(target)} ends at the start page`, async ({
    fronts,
    member,
  }) => {
    const query = new URLSearchParams({ callbackUrl: target }).toString();
    expectStartPage(fronts, await landAfterSignIn(fronts, member.agent, query));
  });
}

test("SEC-19 a planted return cookie leads nowhere else", async ({ fronts, account }) => {
  const agent = fronts.newAgent();
  const callback = await reachCallback(fronts, agent, account("viewer"));
  for (const value of ["https://evil.test/", "//evil.test", "/\\evil.test"]) {
    await agent.cookies.setCookie(
      `__Host-mullion.return=${encodeURIComponent(value)}; Path=/; Secure; HttpOnly`,
      fronts.origin,
    );
  }
  const landed = await agent.open(callback, { until: isLanding(fronts) });
  expectStartPage(fronts, landed.url);
  expect(await agent.cookie(fronts.origin, sessionCookie)).toBeDefined();
});

for (const target of ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)"]) {
  test(`SEC-19 a sign-out with the callbackUrl ${JSON.stringify(target)} ends at the start page`, async ({
    fronts,
    signInAs,
  }) => {
    const { agent } = await signInAs("viewer");
    const { csrfToken } = (await (await agent.fetch(`${fronts.origin}/api/auth/csrf`)).json()) as {
      csrfToken: string;
    };
    const left = await agent.fetch(`${fronts.origin}/api/auth/signout`, {
      method: "POST",
      body: new URLSearchParams({ csrfToken, callbackUrl: target }),
    });
    expectStartPage(fronts, new URL(left.headers.get("location") ?? "", fronts.origin));
  });
}

const malformed: Readonly<Record<string, string>> = {
  "given twice": "callbackUrl=/user&callbackUrl=/admin",
  "with a broken escape": "callbackUrl=%E0%A4%A",
  "with a lone percent": "callbackUrl=%",
  "that is no URL": "callbackUrl=http://[",
  "of 12,000 characters": `callbackUrl=/${"a".repeat(12_000)}`,
};

const withCallbackUrl = [
  "/signin",
  "/api/auth/signin",
  "/api/auth/csrf",
  "/api/auth/providers",
  "/api/auth/error",
];

for (const [name, query] of Object.entries(malformed)) {
  test(`SEC-20 CVE-2022-31093 a callbackUrl ${name} is refused at once`, async ({ fronts }) => {
    for (const path of withCallbackUrl) {
      const signal = AbortSignal.timeout(2_000);
      const response = await fronts.fetch(`${path}?${query}`, { signal });
      expect(response.status, path).toBe(400);
      expect(response.headers.getSetCookie(), path).toEqual([]);
    }
  });
}

for (const value of ["%", "http://[", "a".repeat(3_000)]) {
  test(`SEC-20 a planted return cookie "${value.slice(0, 10)}" locks nobody out`, async ({
    fronts,
    account,
  }) => {
    const agent = fronts.newAgent();
    const headers = { cookie: `__Host-mullion.return=${value}` };
    for (const path of withCallbackUrl) {
      expect((await fronts.fetch(path, { headers })).status, path).toBeLessThan(500);
    }
    await agent.cookies.setCookie(`__Host-mullion.return=${value}; Path=/; Secure; HttpOnly`, fronts.origin);
    expect((await (await signIn(fronts, account("viewer"), { agent })).call("/profile/me")).status).toBe(200);
  });
}
