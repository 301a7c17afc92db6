import { sessionResponseSchema } from "@mullion/contracts";
import { codeOf, expect, idleSeconds, test, untilReady } from "../src/security-fixtures.ts";
import { sessionCookie } from "../src/session-cookie.ts";
import { openStreams } from "../src/streams.ts";
import { cookieOf, sameOriginHeaders, type Visitor } from "../src/visitor.ts";

const idleMs = idleSeconds * 1_000;

/** A session that nobody has used for most of its idle time; `leftMs` are left. */
const leftMs = 8_000;

const polls: Readonly<Record<string, (visitor: Visitor, origin: string) => Promise<Response>>> = {
  "asking for the session": async ({ agent }, origin) => agent.fetch(`${origin}/api/session`),
  "a call in the background": async ({ call }) =>
    call("/profile/me", { headers: { "x-mullion-background": "1" } }),
  "a prefetched page": async ({ agent }, origin) =>
    agent.fetch(`${origin}/user`, { headers: { purpose: "prefetch", "sec-purpose": "prefetch" } }),
};

for (const [name, poll] of Object.entries(polls)) {
  test(`SEC-43 ${name} does not prolong the session`, async ({ fronts, signInAs, records }) => {
    const visitor = await signInAs("viewer");
    await records.pretendUnusedFor(visitor.sid, idleMs - leftMs, idleMs);
    for (let round = 0; round < 5; round += 1) expect((await poll(visitor, fronts.origin)).status).toBe(200);
    expect(await records.remainingMs(visitor.sid)).toBeLessThanOrEqual(leftMs);
  });
}

const uses: Readonly<Record<string, (visitor: Visitor, origin: string) => Promise<Response>>> = {
  "a call": async ({ call }) => call("/profile/me"),
  "opening a page": async ({ agent }, origin) => agent.fetch(`${origin}/user`),
  "staying signed in": async ({ call }, origin) =>
    call("/session/extend", { method: "POST", headers: { origin } }),
};

for (const [name, use] of Object.entries(uses)) {
  test(`SEC-43 ${name} prolongs the session by its idle time, and the view says so`, async ({
    fronts,
    signInAs,
    records,
  }) => {
    const visitor = await signInAs("viewer");
    await records.pretendUnusedFor(visitor.sid, idleMs - leftMs, idleMs);
    expect((await use(visitor, fronts.origin)).status).toBe(200);
    await expect.poll(async () => records.remainingMs(visitor.sid)).toBeGreaterThan(idleMs - leftMs);
    const answer = await visitor.agent.fetch(`${fronts.origin}/api/session`);
    const { session } = sessionResponseSchema.parse(await answer.json());
    const shown = Date.parse(session?.idleExpiresAt ?? "") - Date.now();
    expect(Math.abs(shown - (await records.remainingMs(visitor.sid)))).toBeLessThan(1_000);
  });
}

test("SEC-43 a session that was idle too long is over on every front, however much is polled", async ({
  fronts,
  signInAs,
  records,
}) => {
  const { sid, call, agent } = await signInAs("viewer");
  await records.pretendUnusedFor(sid, idleMs - 1_500, idleMs);
  const status = async (): Promise<number> =>
    (await call("/profile/me", { headers: { "x-mullion-background": "1" } })).status;
  await expect.poll(status, { intervals: [100] }).toBe(401);
  for (const front of fronts.names) expect((await call("/profile/me", { front })).status).toBe(401);
  expect(await (await agent.fetch(`${fronts.origin}/api/session`)).json()).toEqual({ session: null });
});

test("SEC-43 whoever opens the shell after an idle end has to give the password, though identity knows the browser", async ({
  fronts,
  signInAs,
  records,
}) => {
  const { sid, agent } = await signInAs("viewer");
  const open = async (): Promise<string> =>
    (
      await agent.open(`${fronts.origin}/user`, {
        until: ({ pathname }) => pathname === "/api/auth/callback/mullion",
      })
    ).text;
  await records.runOutIn(sid, 1);
  await expect.poll(async () => records.remainingMs(sid)).toBeLessThan(0);
  expect(await open()).toContain('type="password"');
});

test("SEC-43 a session ends at its absolute expiry, however much it is used", async ({
  fronts,
  signInAs,
  records,
}) => {
  const { sid, call } = await signInAs("viewer");
  await records.endAbsolutelyIn(sid, 1_500);
  const extend = async (): Promise<number> =>
    (await call("/session/extend", { method: "POST", headers: { origin: fronts.origin } })).status;
  expect(await extend()).toBe(200);
  expect(await records.remainingMs(sid)).toBeLessThanOrEqual(1_500);
  await expect.poll(extend, { intervals: [100] }).toBe(401);
  for (const front of fronts.names) expect((await call("/profile/me", { front })).status).toBe(401);
});

test("SEC-43 an open event stream does not prolong the session, and closes when it is over", async ({
  fronts,
  signInAs,
  records,
}) => {
  const visitor = await signInAs("viewer");
  await records.pretendUnusedFor(visitor.sid, idleMs - leftMs, idleMs);
  const streams = await openStreams(fronts, visitor);
  expect(await records.remainingMs(visitor.sid)).toBeLessThanOrEqual(leftMs);
  await records.runOutIn(visitor.sid, 1);
  await Promise.all(streams.map(({ closed }) => closed));
});

/** The time a person, or an attacker, has left after the end of a session. */
const withinMs = 250;

test("SEC-44 P15 signing out on one front closes the streams on all of them within 250 ms, and nothing opens again", async ({
  fronts,
  signInAs,
}) => {
  const slowest: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const visitor = await signInAs("viewer");
    const streams = await openStreams(fronts, visitor);
    const { csrfToken } = (await (await visitor.agent.fetch(`${fronts.origin}/api/auth/csrf`)).json()) as {
      csrfToken: string;
    };
    const startedAt = performance.now();
    const left = visitor.agent.fetch(`${fronts.origin}/api/auth/signout`, {
      method: "POST",
      body: new URLSearchParams({ csrfToken, callbackUrl: "/", json: "true" }),
    });
    const closedAt = await Promise.all(streams.map(({ closed }) => closed));
    slowest.push(Math.max(...closedAt) - startedAt);
    expect((await left).status).toBe(200);
    for (const front of fronts.names) {
      const headers = { ...sameOriginHeaders, ...cookieOf(visitor.sid), accept: "text/event-stream" };
      expect((await fronts.fetch("/api/bff/insights/live", { headers, front })).status).toBe(401);
      expect((await fronts.fetch("/api/bff/profile/me", { headers, front })).status).toBe(401);
    }
  }
  expect(Math.max(...slowest), JSON.stringify(slowest)).toBeLessThan(withinMs);
});

test("SEC-44 signing out of one session leaves the streams of another open", async ({ fronts, signInAs }) => {
  const leaving = await signInAs("viewer");
  const staying = await signInAs("viewer");
  const streams = await openStreams(fronts, staying);
  await leaving.signOut();
  expect((await staying.call("/profile/me")).status).toBe(200);
  const first = await Promise.race([
    ...streams.map(({ closed }) => closed),
    staying.call("/insights/health"),
  ]);
  expect(first).toBeInstanceOf(Response);
  await staying.signOut();
});

test("SEC-45 after a sign-out the refresh token is dead at identity", async ({
  signInAs,
  records,
  refreshAtIdentity,
}) => {
  const { sid, signOut } = await signInAs("viewer");
  const token = await records.refreshToken(sid);
  expect((await signOut()).status).toBe(200);
  expect(await refreshAtIdentity(token)).toMatchObject({ status: 400, error: "invalid_grant" });
});

test("SEC-45 a sign-out while identity cannot be reached: the session ends at once, the refresh token as soon as it can", async ({
  fronts,
  signInAs,
  records,
  identityTap,
  refreshAtIdentity,
}) => {
  const { sid, call, signOut } = await signInAs("viewer");
  const token = await records.refreshToken(sid);
  const restore = identityTap.intercept(async ({ response }) => void response.destroy());
  expect((await signOut()).status).toBe(200);
  for (const front of fronts.names) expect((await call("/profile/me", { front })).status).toBe(401);
  restore();
  const asked = async (): Promise<boolean> =>
    identityTap.requests.some(({ url }) => url === "/session/terminate");
  identityTap.requests.length = 0;
  await expect.poll(asked, { timeout: 25_000 }).toBe(true);
  await expect
    .poll(async () => (await refreshAtIdentity(token)).error, { timeout: 5_000 })
    .toBe("invalid_grant");
});

test("SEC-46 a cookie that is replayed after the sign-out is refused everywhere", async ({
  fronts,
  signInAs,
}) => {
  const { sid, signOut } = await signInAs("viewer");
  const left = await signOut();
  const cleared = left.headers.getSetCookie().find((line) => line.startsWith(`${sessionCookie}=;`));
  expect(cleared).toMatch(/Max-Age=0|Expires=Thu, 01 Jan 1970/i);
  const headers = { ...sameOriginHeaders, ...cookieOf(sid) };
  for (const front of fronts.names) {
    expect((await fronts.fetch("/api/bff/profile/me", { headers, front })).status).toBe(401);
    expect((await fronts.fetch("/api/bff/session/devices", { headers, front })).status).toBe(401);
    expect(await (await fronts.fetch("/api/session", { headers, front })).json()).toEqual({ session: null });
    expect((await fronts.fetch("/dashboard", { headers, front })).status).toBe(302);
  }
});

test("SEC-48 P14 Redis is down: 503 with Retry-After, no cookie is touched, and it recovers by itself", async ({
  fronts,
  signInAs,
  platform,
}) => {
  const { agent, call, sid } = await signInAs("viewer");
  const pids = fronts.names.map((name) => platform.process(name).pid());
  const redis = platform.process("redis");
  await redis.stop();
  try {
    for (const front of fronts.names) {
      const server = fronts.serverOf(front);
      const answers = {
        call: await call("/profile/me", { front }),
        devices: await call("/session/devices", { front }),
        session: await agent.fetch(`${fronts.origin}/api/session`, { server }),
        page: await agent.fetch(`${fronts.origin}/user`, { server }),
      };
      for (const [name, { status, headers }] of Object.entries(answers)) {
        expect(status, name).toBe(503);
        expect(headers.get("retry-after"), name).toMatch(/^\d+$/);
        expect(headers.getSetCookie(), name).toEqual([]);
        expect(headers.get("clear-site-data"), name).toBeNull();
      }
      expect(await codeOf(answers.call)).toBe("store_unavailable");
    }
  } finally {
    await redis.start();
  }
  await untilReady(fronts);
  expect(await agent.cookie(fronts.origin, sessionCookie)).toBe(sid);
  for (const front of fronts.names) expect((await call("/profile/me", { front })).status).toBe(200);
  expect(fronts.names.map((name) => platform.process(name).pid())).toEqual(pids);
});

test("P14 a service that is down is 502 and costs nobody the session", async ({ member, platform }) => {
  const service = platform.process("service-profile");
  await service.stop();
  try {
    const answer = await member.call("/profile/me");
    expect(answer.status).toBe(502);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect((await member.call("/insights/health")).status).toBe(200);
  } finally {
    await service.start();
  }
  expect((await member.call("/profile/me")).status).toBe(200);
});
