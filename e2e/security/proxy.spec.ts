import { sendRaw } from "../src/raw-http.ts";
import { expect, test } from "../src/security-fixtures.ts";
import { createStranger } from "../src/stranger.ts";
import { cookieOf, sameOriginHeaders } from "../src/visitor.ts";

const unlisted = [
  "GET /profile",
  "GET /profile/me/secrets",
  "GET /identity/token",
  "GET /identity/.well-known/openid-configuration",
  "GET /metrics",
  "GET /healthz",
  "GET /registry/remotes/dashboard",
  "POST /events",
  "GET /Profile/me",
  "GET /profile/me/",
  "GET /",
] as const;

for (const request of unlisted) {
  test(`SEC-26 ${request}: what the route manifest does not list is not there`, async ({
    member,
    gatewayTap,
  }) => {
    gatewayTap.requests.length = 0;
    const [method = "", path = ""] = request.split(" ");
    const response = method === "POST" ? await member.write("POST", path, {}) : await member.call(path);
    expect([400, 404]).toContain(response.status);
    expect(gatewayTap.requests).toEqual([]);
  });
}

for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"] as const) {
  test(`SEC-26 ${method} on a path that only takes GET is refused with Allow`, async ({
    member,
    fronts,
    gatewayTap,
  }) => {
    gatewayTap.requests.length = 0;
    const response = await member.call("/profile/me", { method, headers: { origin: fronts.origin } });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET");
    expect(gatewayTap.requests).toEqual([]);
  });
}

const hostTricks: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Host: { host: "evil.test" },
  "X-Forwarded-Host": { "x-forwarded-host": "evil.test", "x-forwarded-proto": "https" },
  Forwarded: { forwarded: "host=evil.test;proto=https" },
  "X-Original-URL": { "x-original-url": "/admin", "x-rewrite-url": "/admin" },
  "X-Host": { "x-host": "evil.test", "x-http-host-override": "evil.test" },
};

for (const [name, headers] of Object.entries(hostTricks)) {
  test(`SEC-26 ${name} chooses neither an upstream nor an address that the browser is sent to`, async ({
    fronts,
    gatewayTap,
    member,
  }) => {
    const redirects = [
      await fronts.fetch("/signin", { headers }),
      await fronts.fetch("/dashboard", { headers }),
      await fronts.fetch("/api/auth/signin", { headers }),
    ];
    for (const response of redirects) {
      const text = [...response.headers].flat().join("\n") + (await response.text());
      expect(text).not.toContain("evil.test");
    }
    gatewayTap.requests.length = 0;
    const call = { headers: { ...sameOriginHeaders, ...cookieOf(member.sid), ...headers } };
    const { status } = await fronts.fetch("/api/bff/profile/me", call);
    if (status === 200) expect(gatewayTap.requests.map(({ url }) => url)).toEqual(["/profile/me"]);
    expect(JSON.stringify(gatewayTap.requests)).not.toContain("evil.test");
  });
}

const targets = [
  "/api/bff/profile/../identity/users",
  "/api/bff/profile/me/../../identity/users",
  "/api/bff/../bff/profile/me",
  "/api/bff/profile/%2e%2e/identity/users",
  "/api/bff/profile/.%2e/identity/users",
  "/api/bff/profile/%252e%252e/identity/users",
  "/api/bff/profile%2fme",
  "/api/bff/profile%5cme",
  "/api/bff/profile\\me",
  "/api/bff/profile/..\\identity/users",
  "/api/bff//profile/me",
  "/api/bff///evil.test/profile/me",
  "/api/bff/./profile/me",
  "/api/bff/profile/me;/../../identity/users",
  "/api/bff/profile/me%00",
  "/api/bff/profile/me%0d%0aX-Injected:%201",
  "/api/bff/profile/me#/../identity",
  "/api/bff/@evil.test/profile/me",
  "/api/bff/http://evil.test/profile/me",
  "/api/bff/http:%2f%2fevil.test/profile/me",
  "/api/bff/%70rofile/me",
  "/api/bff/profile/m\u00e9",
  "/API/bff/profile/me",
  "/api//bff/profile/me",
  "http://evil.test/api/bff/profile/me",
  "http://127.0.0.1:15100/profile/me",
  "//evil.test/api/bff/profile/me",
  "api/bff/profile/me",
  "*",
  "?/api/bff/profile/me",
] as const;

for (const target of targets) {
  test(`SEC-27 the target ${JSON.stringify(target)} is refused and reaches no service`, async ({
    fronts,
    member,
    gatewayTap,
  }) => {
    gatewayTap.requests.length = 0;
    const { status } = await sendRaw(fronts.serverOf(), [
      `GET ${target} HTTP/1.1`,
      `Host: ${new URL(fronts.origin).host}`,
      `Cookie: ${cookieOf(member.sid).cookie}`,
      "X-Mullion-Csrf: 1",
      "Connection: close",
      "",
      "",
    ]);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(gatewayTap.requests).toEqual([]);
  });
}

for (const status of [301, 302, 303, 307, 308]) {
  test(`SEC-32 a redirect (${String(status)}) of the gateway is not followed, and the browser does not see where it led`, async ({
    member,
    gatewayTap,
  }) => {
    const stranger = await createStranger();
    const location = `${stranger.url}/stolen`;
    const restore = gatewayTap.intercept(async ({ response }) => {
      response.writeHead(status, { location }).end();
    });
    try {
      const answer = await member.call("/profile/me");
      expect(answer.status).toBe(502);
      expect(answer.headers.get("location")).toBeNull();
      expect(await answer.text()).not.toContain("stolen");
      expect(stranger.asked).toEqual([]);
    } finally {
      restore();
      stranger.close();
    }
  });
}

const bypasses: readonly Readonly<Record<string, string>>[] = [
  { "x-middleware-subrequest": "middleware" },
  { "x-middleware-subrequest": "src/middleware" },
  { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
  { "x-middleware-subrequest": "pages/_middleware" },
  { "x-middleware-subrequest-id": "0" },
  { "x-middleware-rewrite": "/admin" },
  { "x-middleware-next": "1" },
  { "x-invoke-path": "/admin", "x-invoke-status": "200" },
  { "x-matched-path": "/admin" },
  { "x-now-route-matches": "1=admin" },
  { "x-nextjs-data": "1" },
  { "x-original-url": "/admin" },
  { rsc: "1", "next-router-state-tree": "%5B%22%22%5D" },
  { "x-mullion-ticket": "0" },
];

for (const headers of bypasses) {
  const title = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");
  test(`SEC-33 CVE-2025-29927 S4.3 "${title}" opens no page and no data`, async ({ fronts, member }) => {
    const page = await fronts.fetch("/dashboard", { headers });
    expect(page.status).toBe(302);
    expect((await fronts.fetch("/_next/data/x/dashboard.json", { headers })).status).toBe(401);
    expect((await fronts.fetch("/api/bff/profile/me", { headers })).status).toBeGreaterThanOrEqual(401);
    const forbidden = await member.agent.fetch(`${fronts.origin}/admin`, { headers });
    expect(forbidden.status).toBe(403);
    expect(await forbidden.text()).not.toContain("remoteEntry");
  });
}

test("SEC-34 users who ask at the same time, with retries and broken connections, never see each other's data", async ({
  signInAs,
  gatewayTap,
}) => {
  const visitors = await Promise.all(
    (["admin", "member", "viewer"] as const).map(async (role) => signInAs(role)),
  );
  let turn = 0;
  const restore = gatewayTap.intercept(({ request, response, swallow }) => {
    turn += 1;
    if (request.method !== "GET") return undefined;
    // Every fifth connection breaks before the service, every seventh after it has answered.
    if (turn % 5 === 0) return Promise.resolve(void response.destroy());
    if (turn % 7 === 0) return swallow().then(() => void response.destroy());
    return undefined;
  });
  let answered = 0;
  try {
    const rounds = Array.from({ length: 60 }, async (_, round) => {
      const visitor = visitors[round % visitors.length];
      if (visitor === undefined) throw new Error("nobody is signed in");
      const { account, call } = visitor;
      const response = await call("/profile/me");
      if (response.status !== 200) {
        expect([502, 504]).toContain(response.status);
        return;
      }
      answered += 1;
      const text = await response.text();
      expect(text).toContain(account.email);
      for (const other of visitors) {
        if (other.account !== account) expect(text).not.toContain(other.account.email);
      }
    });
    await Promise.all(rounds);
  } finally {
    restore();
  }
  expect(answered).toBeGreaterThan(30);
});
