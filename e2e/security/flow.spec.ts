import type { UserAgent } from "@mullion/testing";
import { generateKeyPair, SignJWT } from "jose";
import type { Fronts } from "../src/fronts.ts";
import { expect, test } from "../src/security-fixtures.ts";
import { sessionCookie } from "../src/session-cookie.ts";
import { reachCallback, signInAgain } from "../src/sign-in-steps.ts";
import { cookieOf, isLanding, sameOriginHeaders, signIn } from "../src/visitor.ts";

/** Follows a callback to its end; a sign-in that fails ends at a page with status 400 and without a session. */
async function expectRefused(fronts: Fronts, agent: UserAgent, callback: URL): Promise<void> {
  const page = await agent.open(callback);
  expect(page.response?.status, page.url.pathname).toBe(400);
  expect(await agent.cookie(fronts.origin, sessionCookie)).toBeUndefined();
}

function altered(callback: URL, name: string, value: string | null): URL {
  const url = new URL(callback);
  if (value === null) url.searchParams.delete(name);
  else url.searchParams.set(name, value);
  return url;
}

test("SEC-17 a sign-in starts with PKCE S256, state and nonce, asks for a code, and sends no secret", async ({
  fronts,
}) => {
  const response = await fronts.fetch("/signin?callbackUrl=/user");
  const { searchParams } = new URL(response.headers.get("location") ?? "");
  expect(Object.fromEntries(searchParams)).toMatchObject({
    response_type: "code",
    code_challenge_method: "S256",
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^.{32,}$/),
    nonce: expect.stringMatching(/^.{32,}$/),
  });
  expect([...searchParams.keys()]).not.toContain("client_secret");
});

test("SEC-17 no two sign-ins share state, nonce or challenge", async ({ fronts }) => {
  const agent = fronts.newAgent();
  const seen = new Set<string>();
  for (let round = 0; round < 4; round += 1) {
    const { searchParams } = new URL(
      (await agent.fetch(`${fronts.origin}/signin`)).headers.get("location") ?? "",
    );
    for (const name of ["state", "nonce", "code_challenge"]) seen.add(searchParams.get(name) ?? "");
  }
  expect(seen.size).toBe(12);
});

test("SEC-17 a callback that was used opens nothing a second time, in this browser or another", async ({
  fronts,
  account,
}) => {
  const agent = fronts.newAgent();
  const callback = await reachCallback(fronts, agent, account("viewer"));
  const cookies = await agent.cookies.getCookieString(callback.href);
  const landed = await agent.open(callback, { until: isLanding(fronts) });
  expect(landed.url.pathname).toBe("/user");

  for (const headers of [{}, { cookie: cookies }] as Record<string, string>[]) {
    const response = await fronts.newAgent().fetch(callback, { headers });
    expect(response.headers.getSetCookie().filter((line) => line.startsWith(`${sessionCookie}=`))).toEqual(
      [],
    );
    await expectRefused(fronts, fronts.newAgent(), new URL(response.headers.get("location") ?? "", callback));
  }
});

test("SEC-17 a callback in a browser that began no sign-in is refused", async ({ fronts, account }) => {
  const callback = await reachCallback(fronts, fronts.newAgent(), account("viewer"));
  await expectRefused(fronts, fronts.newAgent(), callback);
});

test("SEC-17 a callback in a browser that began another sign-in is refused", async ({ fronts, account }) => {
  const callback = await reachCallback(fronts, fronts.newAgent(), account("viewer"));
  const victim = fronts.newAgent();
  await victim.fetch(`${fronts.origin}/signin`);
  await expectRefused(fronts, victim, callback);
});

const tampering: Readonly<Record<string, [name: string, value: string | null]>> = {
  "another state": ["state", "A".repeat(43)],
  "no state": ["state", null],
  "another code": ["code", "A".repeat(43)],
  "no code": ["code", null],
  "an error beside the code": ["error", "access_denied"],
};

for (const [name, [parameter, value]] of Object.entries(tampering)) {
  test(`SEC-17 a callback with ${name} is refused`, async ({ fronts, account }) => {
    const agent = fronts.newAgent();
    const callback = await reachCallback(fronts, agent, account("viewer"));
    await expectRefused(fronts, agent, altered(callback, parameter, value));
  });
}

for (const secret of ["state", "nonce", "pkce"]) {
  test(`SEC-17 a callback with the ${secret} cookie of another sign-in is refused`, async ({
    fronts,
    account,
  }) => {
    const agent = fronts.newAgent();
    const other = fronts.newAgent();
    await other.fetch(`${fronts.origin}/signin`);
    const callback = await reachCallback(fronts, agent, account("viewer"));
    const name = `__Host-mullion.${secret}`;
    const foreign = await other.cookie(fronts.origin, name);
    expect(foreign).toBeDefined();
    await agent.cookies.setCookie(`${name}=${foreign ?? ""}; Path=/; Secure; HttpOnly`, fronts.origin);
    await expectRefused(fronts, agent, callback);
  });
}

for (const [name, issuer] of [
  ["names another issuer", "https://evil.test"],
  ["names none", null],
] as const) {
  test(`SEC-18 a callback that ${name} is refused`, async ({ fronts, account }) => {
    const agent = fronts.newAgent();
    const callback = await reachCallback(fronts, agent, account("viewer"));
    expect(callback.searchParams.get("iss")).not.toBeNull();
    await expectRefused(fronts, agent, altered(callback, "iss", issuer));
  });
}

const forgedClaims: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "another issuer": { iss: "https://evil.test" },
  "another audience": { aud: "mullion-gateway" },
  "another subject": { sub: "somebody-else" },
  "no change but the signature": {},
};

for (const [name, change] of Object.entries(forgedClaims)) {
  test(`SEC-18 an ID token with ${name}, not signed by identity, is refused`, async ({
    fronts,
    account,
    identityTap,
  }) => {
    const agent = fronts.newAgent();
    const callback = await reachCallback(fronts, agent, account("viewer"));
    const restore = identityTap.intercept(({ request, response, swallow }) => {
      if (request.url !== "/token" || request.method !== "POST") return undefined;
      return swallow().then(async ({ status, body }) => {
        const answer = JSON.parse(body) as { id_token: string };
        const [header = "", payload = ""] = answer.id_token.split(".");
        const decode = (part: string): object =>
          JSON.parse(Buffer.from(part, "base64url").toString()) as object;
        const { privateKey } = await generateKeyPair("ES256");
        const forged = await new SignJWT({ ...decode(payload), ...change })
          .setProtectedHeader({ alg: "ES256", ...decode(header) })
          .sign(privateKey);
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify({ ...answer, id_token: forged }));
      });
    });
    try {
      await expectRefused(fronts, agent, callback);
    } finally {
      restore();
    }
  });
}

test("SEC-21 the session id changes at every sign-in, and the one before is dead", async ({
  fronts,
  account,
}) => {
  const first = await signIn(fronts, account("viewer"));
  const second = await signInAgain(fronts, first.agent);
  expect(second).not.toBe(first.sid);
  const old = { headers: { ...sameOriginHeaders, ...cookieOf(first.sid) } };
  expect((await fronts.fetch("/api/bff/profile/me", old)).status).toBe(401);
  expect((await first.call("/profile/me")).status).toBe(200);
});

test("SEC-21 a session that another one replaced takes nothing of the new one with it: it still refreshes", async ({
  fronts,
  account,
  records,
}) => {
  const { agent, call } = await signIn(fronts, account("viewer"));
  const second = await signInAgain(fronts, agent);
  await records.expireAccessTokens(second);
  expect((await call("/profile/me")).status).toBe(200);
});

test("SEC-21 an id planted in the browser before is not the id after sign-in", async ({
  fronts,
  account,
}) => {
  const agent = fronts.newAgent();
  const planted = "A".repeat(43);
  await agent.cookies.setCookie(`${sessionCookie}=${planted}; Path=/; Secure; HttpOnly`, fronts.origin);
  const { sid, call } = await signIn(fronts, account("viewer"), { agent });
  expect(sid).not.toBe(planted);
  expect((await call("/profile/me")).status).toBe(200);
  const headers = { ...sameOriginHeaders, ...cookieOf(planted) };
  expect((await fronts.fetch("/api/bff/profile/me", { headers })).status).toBe(401);
});

const prefetches: readonly Readonly<Record<string, string>>[] = [
  { "sec-purpose": "prefetch" },
  { "sec-purpose": "prefetch;prerender" },
  { "sec-purpose": "prefetch;anonymous-client-ip" },
  { purpose: "prefetch" },
  { "x-purpose": "preview" },
  { "x-moz": "prefetch" },
  { "next-router-prefetch": "1" },
  { "x-middleware-prefetch": "1" },
];

for (const headers of prefetches) {
  test(`SEC-22 prefetching sign-in (${Object.entries(headers).flat().join(": ")}) starts no transaction`, async ({
    fronts,
    identityTap,
  }) => {
    identityTap.requests.length = 0;
    const response = await fronts.fetch("/signin?callbackUrl=/user", { headers });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get("location")).toBeNull();
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(identityTap.requests).toEqual([]);
  });
}
