import { onRefresh } from "../src/refreshes.ts";
import { codeOf, expect, test } from "../src/security-fixtures.ts";
import { reachCallback } from "../src/sign-in-steps.ts";
import type { Exchange } from "../src/tap.ts";
import { isLanding } from "../src/visitor.ts";

test("SEC-38 S2.3 a stolen refresh token that was used first: the front's own use ends the session and the thief's tokens", async ({
  signInAs,
  records,
  refreshAtIdentity,
}) => {
  const { sid, call } = await signInAs("viewer");
  const stolen = await refreshAtIdentity(await records.refreshToken(sid));
  expect(stolen.status).toBe(200);
  await records.endReplayWindow(await records.refreshToken(sid));
  await records.expireAccessTokens(sid);
  const answer = await call("/profile/me");
  expect([answer.status, await codeOf(answer)]).toEqual([401, "session_ended"]);
  expect(await records.session(sid)).toBeNull();
  expect(await refreshAtIdentity(stolen.refreshToken)).toMatchObject({ status: 400, error: "invalid_grant" });
});

test("SEC-38 S2.3 a refresh token that is used after the front has rotated it: the family is revoked and the session ends", async ({
  signInAs,
  records,
  refreshAtIdentity,
}) => {
  const { sid, call } = await signInAs("viewer");
  const old = await records.refreshToken(sid);
  await records.expireAccessTokens(sid);
  expect((await call("/profile/me")).status).toBe(200);
  expect(await records.refreshToken(sid)).not.toBe(old);
  await records.endReplayWindow(old);
  expect(await refreshAtIdentity(old)).toMatchObject({ status: 400, error: "invalid_grant" });
  // Identity tells the front by back-channel logout, before anybody would have asked for another token.
  await expect.poll(() => records.session(sid)).toBeNull();
  expect((await call("/profile/me")).status).toBe(401);
});

test("SEC-39 P14 a refresh that identity rejects for good ends the session: 401, and it is gone on every front", async ({
  fronts,
  signInAs,
  records,
  identityTap,
}) => {
  const { sid, call } = await signInAs("viewer");
  await records.expireAccessTokens(sid);
  const restore = identityTap.intercept(
    onRefresh(async ({ response }) => {
      response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_grant"}');
    }),
  );
  const answer = await call("/profile/me");
  restore();
  expect([answer.status, await codeOf(answer)]).toEqual([401, "session_ended"]);
  expect(await records.session(sid)).toBeNull();
  for (const front of fronts.names) expect((await call("/profile/me", { front })).status).toBe(401);
});

const json = { "content-type": "application/json" };
const troubles: Readonly<Record<string, (exchange: Exchange) => void>> = {
  "breaks the connection": ({ response }) => response.destroy(),
  "answers 500": ({ response }) => response.writeHead(500).end("oops"),
  "answers 503": ({ response }) => response.writeHead(503, json).end('{"error":"temporarily_unavailable"}'),
  "answers 429": ({ response }) => response.writeHead(429, json).end('{"error":"slow_down"}'),
  "answers a page": ({ response }) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>hi</h1>"),
  "answers half a document": ({ response }) => response.writeHead(200, json).end('{"access_token":"a'),
  "does not know the client": ({ response }) =>
    response.writeHead(401, json).end('{"error":"invalid_client"}'),
  redirects: ({ response }) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
};

for (const [name, trouble] of Object.entries(troubles)) {
  test(`SEC-39 P14 identity ${name}: 503 with Retry-After, the session is kept and goes on afterwards`, async ({
    signInAs,
    records,
    identityTap,
  }) => {
    const { sid, call } = await signInAs("member");
    await records.expireAccessTokens(sid);
    const restore = identityTap.intercept(onRefresh(async (exchange) => trouble(exchange)));
    const answer = await call("/profile/me");
    restore();
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.get("clear-site-data")).toBeNull();
    expect((await call("/profile/me")).status).toBe(200);
  });
}

test("SEC-40 SEC-39 P14 identity is down: a valid token still works on every front, an expired one is 503, and all is well after", async ({
  fronts,
  signInAs,
  records,
  platform,
}) => {
  const valid = await signInAs("member");
  const expired = await signInAs("viewer");
  await records.expireAccessTokens(expired.sid);
  const identity = platform.process("identity");
  await identity.stop();
  try {
    for (const front of fronts.names) {
      expect((await valid.call("/profile/me", { front })).status).toBe(200);
      const page = await valid.agent.fetch(`${fronts.origin}/user`, { server: fronts.serverOf(front) });
      expect(page.status).toBe(200);
      const refused = await expired.call("/profile/me", { front });
      expect(refused.status).toBe(503);
      expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
      expect(await codeOf(refused)).toBe("identity_unavailable");
    }
    expect(await records.session(expired.sid)).not.toBeNull();
  } finally {
    await identity.start();
  }
  expect((await expired.call("/profile/me")).status).toBe(200);
});

for (const skew of [60, -60]) {
  test(`SEC-41 identity's clock is ${String(skew)} s off: people sign in`, async ({
    fronts,
    account,
    records,
    identityTap,
  }) => {
    const agent = fronts.newAgent();
    const callback = await reachCallback(fronts, agent, account("viewer"));
    const restore = identityTap.intercept(({ request, response, swallow }) => {
      if (request.url !== "/token" || request.method !== "POST") return undefined;
      return swallow().then(async ({ status, body }) => {
        const answer = JSON.parse(body) as { id_token: string };
        const payload = Buffer.from(answer.id_token.split(".")[1] ?? "", "base64url").toString();
        const claims = JSON.parse(payload) as { iat: number; exp: number };
        const shifted = { ...claims, iat: claims.iat + skew, exp: claims.exp + skew };
        const idToken = await records.signAsIdentity(shifted, {});
        response.writeHead(status, json).end(JSON.stringify({ ...answer, id_token: idToken }));
      });
    });
    try {
      const landed = await agent.open(callback, { until: isLanding(fronts) });
      expect(landed.url.pathname).toBe("/user");
    } finally {
      restore();
    }
  });
}

const clocks = [
  { what: "issued 55 s in the future", issued: 55, lives: 600, status: 200 },
  { what: "expired 50 s ago", issued: -650, lives: 600, status: 200 },
  { what: "expired 75 s ago", issued: -675, lives: 600, status: 401 },
] as const;

for (const { what, issued, lives, status } of clocks) {
  test(`SEC-41 a token that is ${what} by the gateway's and the service's clocks gets ${String(status)}`, async ({
    fronts,
    member,
    platform,
    records,
  }) => {
    const [token = ""] = await records.accessTokens(member.sid);
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
    const iat = Math.floor(Date.now() / 1_000) + issued;
    const claims = { ...(JSON.parse(payload) as object), iat, exp: iat + lives };
    const headers = { authorization: `Bearer ${await records.signAsIdentity(claims, { typ: "at+jwt" })}` };
    for (const name of ["gateway", "service-profile"] as const) {
      const url = `http://127.0.0.1:${String(platform.ports[name])}/profile/me`;
      expect((await fronts.newAgent().fetch(url, { headers })).status, name).toBe(status);
    }
  });
}
