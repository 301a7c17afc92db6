import { sendRaw } from "../src/raw-http.ts";
import { expect, test } from "../src/security-fixtures.ts";
import { landAfterSignIn, reachCallback } from "../src/sign-in-steps.ts";
import { cookieOf, sameOriginHeaders } from "../src/visitor.ts";

// Published advisories of oauth2-proxy, Fastify's proxy plugins and nextjs-auth0, each as the request that worked there.
// docs/advisories.md lists them.

const redirects: Readonly<Record<string, readonly string[]>> = {
  "CVE-2020-5233 oauth2-proxy: encoded whitespace": [
    "/\t/evil.test",
    "/ /evil.test",
    "/\n/evil.test",
    "/\r//evil.test",
  ],
  "CVE-2020-11053 oauth2-proxy: whitespace and backslashes": [
    "/\t\\evil.test",
    "/\\evil.test",
    "/%09/evil.test",
    "/%0a/evil.test",
  ],
  "CVE-2020-4037 oauth2-proxy: dot segments before a backslash": [
    "/./\\evil.test",
    "/../\\evil.test",
    "/./../../\\evil.test",
  ],
  "CVE-2021-21291 oauth2-proxy: a domain that ends like an allowed one": [
    "http://evil-localhost:14000/",
    "http://localhost.evil.test:14000/",
    "http://localhost:14000@evil.test/",
  ],
  "CVE-2021-43812 nextjs-auth0: a doubled slash": [
    "//evil.test",
    "///evil.test",
    "//evil.test/%2e%2e",
    "/\\/evil.test",
  ],
};

for (const [name, targets] of Object.entries(redirects)) {
  test(`${name} led to another site after sign-in`, async ({ fronts, member }) => {
    for (const target of targets) {
      const query = new URLSearchParams({ callbackUrl: target, returnTo: target, rd: target }).toString();
      expect((await landAfterSignIn(fronts, member.agent, query)).href, target).toBe(`${fronts.origin}/`);
    }
  });
}

const disguises: Readonly<
  Record<string, readonly { readonly suffix?: string; readonly headers?: Record<string, string> }[]>
> = {
  "CVE-2025-54576 oauth2-proxy: a query that looks like a public path": [
    { suffix: "?/healthz" },
    { suffix: "?x=/_next/static/a.js" },
    { suffix: "?/api/auth/csrf" },
  ],
  "CVE-2026-40575 oauth2-proxy: a header that names a public path": [
    { headers: { "x-forwarded-uri": "/healthz" } },
    { headers: { "x-original-uri": "/healthz", "x-auth-request-redirect": "/healthz" } },
    { headers: { "x-forwarded-uri": "/_next/static/a.js", "x-forwarded-method": "OPTIONS" } },
  ],
  "CVE-2025-64484 oauth2-proxy: identity headers with underscores": [
    {
      headers: {
        x_forwarded_user: "admin",
        x_forwarded_email: "admin@mullion.test",
        x_auth_request_user: "admin",
      },
    },
    {
      headers: {
        x_forwarded_access_token: "t",
        x_user_id: "admin",
        "x-forwarded-preferred-username": "admin",
      },
    },
  ],
};

for (const [name, attempts] of Object.entries(disguises)) {
  test(`${name} passed the check of the session`, async ({ fronts, gatewayTap }) => {
    gatewayTap.requests.length = 0;
    for (const { suffix = "", headers = {} } of attempts) {
      const call = { headers: { ...sameOriginHeaders, ...headers } };
      expect((await fronts.fetch(`/api/bff/profile/me${suffix}`, call)).status).toBe(401);
      expect((await fronts.fetch(`/api/bff/session/devices${suffix}`, call)).status).toBe(401);
      expect((await fronts.fetch(`/dashboard${suffix}`, { headers })).status).toBe(302);
      expect((await fronts.fetch(`/admin${suffix}`, { headers })).status).toBe(302);
    }
    expect(gatewayTap.requests).toEqual([]);
  });
}

const escapes: Readonly<Record<string, readonly string[]>> = {
  "CVE-2021-21321 fastify-reply-from: a path that leaves the prefix": [
    "/api/bff/..%2f..%2fidentity/users",
    "/api/bff/../../identity/users",
    "/api/bff//127.0.0.1:15110/profile/me",
  ],
  "CVE-2021-21322 fastify-http-proxy: a path that leaves the prefix": [
    "/api/bff/%2e%2e/%2e%2e/metrics",
    "/api/bff/profile/%2E%2E/%2E%2E/metrics",
    "/api/bff/profile/..;/..;/metrics",
  ],
  "CVE-2026-22037 @fastify/express: an encoded letter": [
    "/api/bff/%70rofile/me",
    "/%61pi/bff/profile/me",
    "/api/bff/profile/%6de",
  ],
  "CVE-2026-33808 @fastify/express: doubled slashes and semicolons": [
    "/api//bff/profile/me",
    "/api/bff/profile/me;x",
    "/api/bff/profile//me",
  ],
};

for (const [name, paths] of Object.entries(escapes)) {
  test(`${name} reached what is not offered`, async ({ fronts, member, gatewayTap }) => {
    gatewayTap.requests.length = 0;
    for (const path of paths) {
      const { status } = await sendRaw(fronts.serverOf(), [
        `GET ${path} HTTP/1.1`,
        `Host: ${new URL(fronts.origin).host}`,
        `Cookie: ${cookieOf(member.sid).cookie}`,
        "X-Mullion-Csrf: 1",
        "Connection: close",
        "",
        "",
      ]);
      expect([400, 404], path).toContain(status);
    }
    expect(gatewayTap.requests).toEqual([]);
  });
}

test("CVE-2021-22963 fastify-static: a doubled slash redirected to another site", async ({ fronts }) => {
  for (const path of ["//evil.test/%2e%2e", "//evil.test/..", "/_next/static//evil.test/%2e%2e"]) {
    const head = [
      `GET ${path} HTTP/1.1`,
      `Host: ${new URL(fronts.origin).host}`,
      "Connection: close",
      "",
      "",
    ];
    const { status, text } = await sendRaw(fronts.serverOf(), head);
    expect([400, 404], path).toContain(status);
    expect(text).not.toMatch(/^location:/im);
  }
});

for (const [id, types] of [
  [
    "CVE-2023-51701 @fastify/reply-from: a type that proxy and service read in two ways",
    ["text/plain;application/json", "text/plain ; application/json", "application/jsonx; application/json"],
  ],
  [
    "CVE-2025-32442 fastify: a type that passed by the check of its body",
    [
      "application/x-www-form-urlencoded\t; application/json",
      "text/plain\t;application/json",
      "application/ json",
      ",application/json",
    ],
  ],
] as const) {
  test(id, async ({ member, gatewayTap }) => {
    gatewayTap.requests.length = 0;
    for (const type of types) {
      const headers = { "content-type": type };
      expect((await member.write("PUT", "/profile/me/pins", { pins: [] }, { headers })).status, type).toBe(
        415,
      );
    }
    expect(gatewayTap.requests).toEqual([]);
  });
}

test("CVE-2025-32442 fastify: a body in another spelling of the accepted type is validated all the same", async ({
  member,
}) => {
  for (const type of [
    "Application/JSON",
    "application/json;charset=utf-8",
    "application/json ; a=b",
    "application/json\t;",
  ]) {
    const headers = { "content-type": type };
    expect((await member.write("PUT", "/profile/me/pins", { pins: 7 }, { headers })).status, type).toBe(400);
  }
});

test("CVE-2026-3635 fastify: headers of anybody chose the host and the scheme", async ({
  fronts,
  member,
  signInAs,
}) => {
  const spoofed = {
    "x-forwarded-host": "evil.test",
    "x-forwarded-proto": "https",
    "x-forwarded-for": "6.6.6.6",
  };
  const start = await fronts.fetch("/signin", { headers: spoofed });
  const { searchParams } = new URL(start.headers.get("location") ?? "");
  expect(searchParams.get("redirect_uri")).toBe(`${fronts.origin}/api/auth/callback/mullion`);
  const origin = { "sec-fetch-site": "same-origin", origin: "https://evil.test" };
  const write = await member.write(
    "PUT",
    "/profile/me/pins",
    { pins: [] },
    { headers: { ...spoofed, ...origin } },
  );
  expect(write.status).toBe(403);
  const { call } = await signInAs("viewer");
  expect(await (await call("/session/devices", { headers: spoofed })).text()).not.toContain("6.6.6.6");
});

test("CVE-2021-32702 nextjs-auth0: an error of the callback was shown as HTML", async ({ fronts }) => {
  const script = "<script>alert(1)</script>";
  const query = new URLSearchParams({
    error: script,
    error_description: script,
    state: script,
    code: script,
  }).toString();
  for (const path of [
    "/api/auth/callback/mullion",
    "/api/auth/error",
    "/signin",
    "/sign-in-failed",
    "/api/auth/signin",
  ]) {
    const page = await fronts.newAgent().open(`${fronts.origin}${path}?${query}`);
    expect(page.text, path).not.toContain(script);
    if (page.response?.headers.get("content-type")?.includes("json") === true) continue;
    expect(page.response?.headers.get("x-content-type-options"), path).toBe("nosniff");
  }
});

test("CVE-2025-48947 nextjs-auth0: an answer with the session cookie could be stored by a CDN", async ({
  fronts,
  account,
}) => {
  const agent = fronts.newAgent();
  const answer = await agent.fetch(await reachCallback(fronts, agent, account("viewer")));
  expect(answer.headers.getSetCookie()).not.toEqual([]);
  expect(answer.headers.get("cache-control")).toContain("no-store");
  for (const path of ["/", "/user", "/api/session", "/api/bff/profile/me"]) {
    const { headers } = await agent.fetch(fronts.origin + path, { headers: sameOriginHeaders });
    expect(headers.getSetCookie(), path).toEqual([]);
    expect(headers.get("cache-control"), path).toContain("no-store");
  }
});

test("CVE-2025-67716 nextjs-auth0: parameters of the sign-in were passed on to the authorization server", async ({
  fronts,
}) => {
  const wanted = {
    redirect_uri: "https://evil.test/",
    scope: "openid admin",
    client_id: "evil",
    response_mode: "fragment",
  };
  const injected = new URLSearchParams({
    ...wanted,
    prompt: "none",
    callbackUrl: `/user?${new URLSearchParams(wanted).toString()}`,
  });
  const plain = new URL((await fronts.fetch("/signin")).headers.get("location") ?? "");
  const answered = new URL(
    (await fronts.fetch(`/signin?${injected.toString()}`)).headers.get("location") ?? "",
  );
  expect([...answered.searchParams.keys()]).toEqual([...plain.searchParams.keys()]);
  for (const name of ["redirect_uri", "scope", "client_id"]) {
    expect(answered.searchParams.get(name)).toBe(plain.searchParams.get(name));
  }
});
