import type { FrontName, Fronts } from "../src/fronts.ts";
import { sendRaw } from "../src/raw-http.ts";
import { expect, test } from "../src/security-fixtures.ts";
import { sessionCookie } from "../src/session-cookie.ts";
import { landAfterSignIn, reachCallback } from "../src/sign-in-steps.ts";
import { createStranger } from "../src/stranger.ts";
import { cookieOf, sameOriginHeaders } from "../src/visitor.ts";

// Published advisories of next-auth and Next.js, each as the request that worked there. docs/advisories.md lists them.

function leadsAway(fronts: Fronts, { headers }: Response): boolean {
  return new URL(headers.get("location") ?? "/", fronts.origin).origin !== fronts.origin;
}

async function get(fronts: Fronts, target: string, lines: readonly string[] = [], front?: FrontName) {
  const host = `Host: ${new URL(fronts.origin).host}`;
  const answer = await sendRaw(fronts.serverOf(front), [
    ...[`GET ${target} HTTP/1.1`, host, ...lines, "Connection: close", "", ""],
  ]);
  return { ...answer, location: /^location: (.*)$/im.exec(answer.text)?.[1] ?? "" };
}

test("CVE-2022-24858 next-auth: the default redirect callback let callbackUrl leave the site", async ({
  fronts,
  member,
}) => {
  for (const target of ["https://evil.test", "//evil.test", "http://localhost.evil.test", "/%5c/evil.test"]) {
    const landed = await landAfterSignIn(
      fronts,
      member.agent,
      new URLSearchParams({ callbackUrl: target }).toString(),
    );
    expect(landed.href, target).toBe(`${fronts.origin}/`);
  }
});

test("CVE-2022-29214 next-auth: an error of the provider redirected to any callbackUrl", async ({
  fronts,
}) => {
  for (const path of ["/api/auth/callback/mullion", "/api/auth/signin", "/api/auth/error", "/signin"]) {
    for (const error of ["access_denied", "Callback", "OAuthSignin"]) {
      const query = new URLSearchParams({ error, callbackUrl: "https://evil.test/", state: "x" });
      expect(leadsAway(fronts, await fronts.fetch(`${path}?${query.toString()}`)), path).toBe(false);
    }
  }
});

test("CVE-2022-31093 next-auth: a callbackUrl that is no URL made the handler hang", async ({ fronts }) => {
  for (const value of ["http://[", "%", "https://%"]) {
    const signal = AbortSignal.timeout(2_000);
    const response = await fronts.fetch(`/api/auth/signin?callbackUrl=${encodeURIComponent(value)}`, {
      signal,
    });
    expect(response.status).toBe(400);
  }
});

test("CVE-2023-27490 next-auth: a callback without the state, nonce and PKCE cookies signed its victim in", async ({
  fronts,
  account,
}) => {
  const attacker = fronts.newAgent();
  const callback = await reachCallback(fronts, attacker, account("viewer"));
  const victim = fronts.newAgent();
  expect((await victim.open(callback)).response?.status).toBe(400);
  expect(await victim.cookie(fronts.origin, sessionCookie)).toBeUndefined();
});

test("CVE-2023-48309 next-auth: the JWT of an interrupted sign-in passed for a session", async ({
  fronts,
}) => {
  const agent = fronts.newAgent();
  await agent.fetch(`${fronts.origin}/signin`);
  const transaction = await agent.cookies.getCookies(fronts.origin);
  expect(transaction.length).toBeGreaterThan(3);
  for (const { key, value } of transaction) {
    const headers = { ...sameOriginHeaders, ...cookieOf(value) };
    expect((await fronts.fetch("/api/bff/profile/me", { headers })).status, key).toBe(401);
    expect((await fronts.fetch("/dashboard", { headers })).status, key).toBe(302);
    expect(await (await fronts.fetch("/api/session", { headers })).json()).toEqual({ session: null });
  }
});

for (const [id, path] of [
  ["CVE-2022-35924 next-auth: a list of addresses got one magic link", "/api/auth/signin/email"],
  ["CVE-2022-31127 next-auth: HTML in the address reached the mail", "/api/auth/signin/email"],
  ["CVE-2022-39263 next-auth: a magic link was checked by address only", "/api/auth/callback/email"],
] as const) {
  test(id, async ({ fronts, identityTap }) => {
    identityTap.requests.length = 0;
    const agent = fronts.newAgent();
    const { csrfToken } = (await (await agent.fetch(`${fronts.origin}/api/auth/csrf`)).json()) as {
      csrfToken: string;
    };
    const email = 'a@b.test,<a href="https://evil.test">x</a>@evil.test';
    const query = new URLSearchParams({ email, token: "0" }).toString();
    const attempts = [
      await agent.fetch(`${fronts.origin}${path}?${query}`),
      await agent.fetch(fronts.origin + path, {
        method: "POST",
        body: new URLSearchParams({ csrfToken, email }),
      }),
    ];
    for (const response of attempts) {
      expect(response.headers.get("location") ?? "").not.toContain("verify-request");
      expect(await response.text()).not.toContain("evil.test");
      expect(response.headers.getSetCookie().join()).not.toContain(sessionCookie);
    }
  });
}

test("CVE-2026-44572 Next.js: x-nextjs-data took the Location from a redirect, and the answer could be cached", async ({
  fronts,
}) => {
  const response = await fronts.fetch("/dashboard", { headers: { "x-nextjs-data": "1" } });
  expect(response.status).toBe(302);
  expect(response.headers.get("location")).toContain("/signin");
  expect(response.headers.get("x-nextjs-redirect")).toBeNull();
  expect(response.headers.get("cache-control")).toContain("no-store");
});

test("CVE-2024-46982 Next.js: a crafted request made a personal page cacheable", async ({
  fronts,
  member,
}) => {
  const crafted = [
    { path: "/user?__nextDataReq=1", headers: { "x-now-route-matches": "1" } },
    { path: "/user", headers: { "x-now-route-matches": "1=user", "x-nextjs-data": "1" } },
    { path: "/user?__nextDataReq=1&_rsc=1", headers: { rsc: "1" } },
  ];
  for (const { path, headers } of crafted) {
    const { headers: answered } = await member.agent.fetch(fronts.origin + path, { headers });
    expect(answered.get("cache-control"), path).toContain("no-store");
    expect(answered.get("cache-control"), path).not.toContain("s-maxage");
  }
});

test("CVE-2025-57822 CVE-2024-34351 Next.js: headers of the browser made the server ask addresses inside", async ({
  fronts,
  member,
}) => {
  const stranger = await createStranger();
  const { host } = new URL(stranger.url);
  const crafted: readonly Readonly<Record<string, string>>[] = [
    { location: stranger.url, "x-middleware-next": "1" },
    { "x-middleware-rewrite": stranger.url, "x-middleware-override-headers": "location" },
    { host, "next-action": "0".repeat(40), origin: `http://${host}` },
    { host, "x-forwarded-host": host, "next-action": "0".repeat(40) },
  ];
  try {
    for (const headers of crafted) {
      const page = await member.agent.fetch(`${fronts.origin}/user`, { headers });
      expect(page.status).toBeLessThan(500);
      const action = {
        method: "POST",
        headers: { ...headers, "content-type": "text/plain" },
        body: "[]",
      } as const;
      expect((await member.agent.fetch(`${fronts.origin}/user`, action)).status).toBeGreaterThanOrEqual(400);
    }
    expect(stranger.asked).toEqual([]);
  } finally {
    stranger.close();
  }
});

test("CVE-2025-55182 CVE-2025-66478 Next.js: a crafted server-function call ran code", async ({
  fronts,
  platform,
}) => {
  const pids = fronts.names.map((name) => platform.process(name).pid());
  const part =
    '{"then":"$1:__proto__:then","status":"resolved_model","_response":{"_prefix":"process.exit()"}}';
  const body = `--x\r\nContent-Disposition: form-data; name="0"\r\n\r\n${part}\r\n--x--\r\n`;
  const headers = { "next-action": "x", "content-type": "multipart/form-data; boundary=x" };
  for (const path of ["/", "/user", "/sign-in-failed"]) {
    const { status } = await fronts.fetch(path, { method: "POST", headers, body });
    expect([404, 405, 415], path).toContain(status);
  }
  expect(fronts.names.map((name) => platform.process(name).pid())).toEqual(pids);
});

test("CVE-2021-37699 Next.js: encoded paths redirected to another site", async ({ fronts }) => {
  for (const path of [
    "//evil.test/%2F..",
    "/%2F%2Fevil.test%2F",
    "/%5Cevil.test",
    "/\\evil.test/",
    "//evil.test//",
    "/.//evil.test/",
  ]) {
    const { status, location } = await get(fronts, path);
    expect(location, path).not.toContain("evil.test");
    expect(status, path).toBeGreaterThanOrEqual(400);
  }
});

test("CVE-2020-5284 Next.js: files of the build were readable from outside", async ({ fronts }) => {
  const paths = [
    "/_next/static/../BUILD_ID",
    "/_next/static/../../server/pages-manifest.json",
    "/_next/static/..%2f..%2fserver%2fpages-manifest.json",
    "/_next/static/%2e%2e/%2e%2e/package.json",
    "/_next/static/..%5c..%5cpackage.json",
    "/_next/../../package.json",
    "/.next/BUILD_ID",
    "/static/../package.json",
    "/_next/static/%00",
  ];
  for (const path of paths) {
    const { status, text } = await get(fronts, path);
    expect([400, 403, 404], path).toContain(status);
    expect(text, path).not.toMatch(/"dependencies"|pages\/_app\.js/);
  }
});

test("CVE-2021-43803 Next.js: malformed addresses ended the server", async ({ fronts, platform }) => {
  const pids = fronts.names.map((name) => platform.process(name).pid());
  const paths = [
    "/%",
    "/%c0",
    "/%E0%A4%A",
    "/_next/static/%",
    "/_next/data/%/x.json",
    "/%80",
    "/[[...x]]%",
    "/?%=%&__proto__=%",
  ];
  for (const front of fronts.names) {
    for (const path of paths) expect((await get(fronts, path, [], front)).status, path).toBeLessThan(500);
    expect((await fronts.fetch("/", { front })).status).toBe(200);
  }
  expect(fronts.names.map((name) => platform.process(name).pid())).toEqual(pids);
});

test("CVE-2024-51479 CVE-2025-29927 Next.js: checks of pages could be passed by", async ({
  fronts,
  member,
}) => {
  const queries = [
    "",
    "?__nextLocale=111",
    "?__nextLocale=admin",
    "?__nextDefaultLocale=x",
    "?nextInternalLocale=x",
  ];
  const subrequest =
    "src/middleware:nowaf:src/middleware:src/middleware:src/middleware:src/middleware:middleware";
  for (const query of queries) {
    for (const headers of [{}, { "x-middleware-subrequest": subrequest }] as Record<string, string>[]) {
      expect((await fronts.fetch(`/admin${query}`, { headers })).status).toBe(302);
      const forbidden = await member.agent.fetch(`${fronts.origin}/admin${query}`, { headers });
      expect(forbidden.status).toBe(403);
      expect(await forbidden.text()).not.toContain("remoteEntry");
    }
  }
});

test("CVE-2024-34350 Next.js: the body of a GET was read as a second request", async ({ fronts, member }) => {
  const smuggled = `GET /api/session HTTP/1.1\r\nHost: x\r\n\r\n`;
  for (const target of ["/", "/dashboard", "/_next/static/nothing.js", "/api/session"]) {
    const { answers } = await get(fronts, target, [
      `Cookie: ${cookieOf(member.sid).cookie}`,
      `Content-Length: ${String(smuggled.length)}`,
      "",
      smuggled,
    ]);
    expect(answers, target).toBe(1);
  }
});
