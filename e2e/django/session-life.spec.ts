import { ada, askDjango, countOf, expect, test } from "../src/django-fixtures.ts";
import { codeOf } from "../src/security-fixtures.ts";
import { sessionCookie } from "../src/session-cookie.ts";

test.beforeEach(({ python }) => {
  test.skip(python === null, "Django cannot be had here: see standard error");
});

const refreshPath = "/api/token/refresh/";
const blacklistPath = "/api/token/blacklist/";
const blacklisted = { status: 401, body: { detail: "Token is blacklisted", code: "token_not_valid" } };

test("S1.3 an expired token is refreshed once for 90 requests at three fronts, and the browser notices nothing", async ({
  visitor,
  django,
  records,
}) => {
  await visitor.signIn();
  const sid = await visitor.sid();
  const [, before] = await records.tokens(sid);
  await records.expireAccessTokens(sid);
  await records.runOutIn(sid, 60_000);
  const asked = (await django.requests()).length;

  const answers = await Promise.all(Array.from({ length: 90 }, async () => visitor.call("/api/me/")));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
  const requests = (await django.requests()).slice(asked);
  expect(requests.filter((request) => request.includes(refreshPath))).toEqual([`POST ${refreshPath} 200`]);
  const [, after] = await records.tokens(sid);
  expect(after).not.toBe(before);
  expect(await visitor.sid()).toBe(sid);
});

test("S1.4 Django refuses the rotated refresh token, and the session goes on with the new one", async ({
  visitor,
  django,
  records,
}) => {
  await visitor.signIn();
  const sid = await visitor.sid();
  const used = await records.refreshToken(sid);
  await records.expireAccessTokens(sid);
  expect((await visitor.call("/api/me/")).status).toBe(200);
  expect(await askDjango(django, refreshPath, { refresh: used })).toEqual(blacklisted);
  await records.expireAccessTokens(sid);
  expect((await visitor.call("/api/me/")).status).toBe(200);
});

test("S1.4 a refresh that Django refuses ends the session: 401, and the visitor is nobody", async ({
  visitor,
  django,
  records,
  fronts,
}) => {
  await visitor.signIn();
  const sid = await visitor.sid();
  await askDjango(django, blacklistPath, { refresh: await records.refreshToken(sid) });
  expect((await visitor.call("/api/me/")).status, "the access token lives on").toBe(200);
  await records.expireAccessTokens(sid);
  const ended = await visitor.call("/api/me/");
  expect([ended.status, await codeOf(ended)]).toEqual([401, "session_ended"]);
  expect(await records.session(sid)).toBeNull();
  expect(await (await visitor.agent.fetch(`${fronts.origin}/api/session`)).json()).toEqual({ session: null });
});

test("S1.4 a 401 of Django's API to a fresh token is 502; the session ends when Django refuses the refresh", async ({
  visitor,
  django,
  records,
}) => {
  const eve = { ...ada, username: "eve", email: "eve@mullion.test" };
  await django.setUser(eve);
  await visitor.signIn(eve);
  await django.setUser({ ...eve, password: "", active: false });
  const refused = await visitor.call("/api/me/");
  expect([refused.status, await codeOf(refused)]).toEqual([502, "upstream_refused_token"]);
  await records.expireAccessTokens(await visitor.sid());
  expect((await visitor.call("/api/me/")).status).toBe(401);
});

test("S1.4 signing out ends the session on every front and blacklists its refresh token", async ({
  visitor,
  django,
  records,
  fronts,
}) => {
  await visitor.signIn();
  const sid = await visitor.sid();
  const refresh = await records.refreshToken(sid);
  await visitor.signOut();
  expect(await records.session(sid)).toBeNull();
  for (const front of fronts.names) {
    const headers = { cookie: `${sessionCookie}=${sid}` };
    expect((await visitor.call("/api/me/", { headers, front })).status).toBe(401);
  }
  expect(await askDjango(django, refreshPath, { refresh })).toEqual(blacklisted);
});

test("S1.3 while Django is down sign-in and expired sessions get 503 with Retry-After; the session is kept", async ({
  visitor,
  django,
  records,
}) => {
  await visitor.signIn();
  const sid = await visitor.sid();
  await records.expireAccessTokens(sid);
  await django.stop();
  try {
    const call = await visitor.call("/api/me/");
    expect([call.status, call.headers.get("retry-after"), await codeOf(call)]).toEqual([
      503,
      "5",
      "identity_unavailable",
    ]);
    const attempt = await visitor.signIn();
    expect([attempt.status, attempt.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await visitor.sid()).toBe(sid);
  } finally {
    await django.start();
  }
  expect((await visitor.call("/api/me/")).status).toBe(200);
});

test("S1.4 a sign-out during a refresh blacklists the new refresh token as well", async ({
  visitor,
  django,
  records,
  tokenTap,
}) => {
  await visitor.signIn();
  const sid = await visitor.sid();
  await records.expireAccessTokens(sid);
  const asked = tokenTap.requests.length;
  let rotated = "";
  const restore = tokenTap.intercept(({ request, response, swallow }) =>
    request.url !== refreshPath
      ? undefined
      : (async () => {
          const { status, body } = await swallow();
          rotated = (JSON.parse(body) as { refresh: string }).refresh;
          await visitor.signOut();
          response.writeHead(status, { "content-type": "application/json" }).end(body);
        })(),
  );
  const call = await visitor.call("/api/me/");
  restore();
  expect([call.status, await codeOf(call)]).toEqual([401, "session_ended"]);
  expect(await records.session(sid)).toBeNull();
  const sent = tokenTap.requests.slice(asked).filter(({ url }) => url === blacklistPath);
  expect(sent.map(({ body }) => (JSON.parse(body) as { refresh: string }).refresh)).toContain(rotated);
  expect(await askDjango(django, refreshPath, { refresh: rotated })).toEqual(blacklisted);
});

test("S1.4 an answer that is lost after Django rotated ends the session with 401, and no earlier than its token", async ({
  visitor,
  records,
  tokenTap,
}) => {
  await visitor.signIn();
  const sid = await visitor.sid();
  await records.expireAccessTokens(sid);
  const restore = tokenTap.intercept(({ request, response, swallow }) =>
    request.url !== refreshPath
      ? undefined
      : (async () => {
          await swallow();
          response.destroy();
        })(),
  );
  const lost = await visitor.call("/api/me/");
  restore();
  expect([lost.status, await codeOf(lost)]).toEqual([503, "identity_unavailable"]);
  const next = await visitor.call("/api/me/");
  expect([next.status, await codeOf(next)]).toEqual([401, "session_ended"]);
  expect(await records.session(sid)).toBeNull();
});

test("S1.4 a sign-out while Django is down ends the session at once and blacklists as soon as Django is back", async ({
  visitor,
  django,
  records,
}) => {
  await visitor.signIn();
  const sid = await visitor.sid();
  const revocations = (): Promise<number> => countOf(django, "POST /api/token/blacklist/ 200");
  const before = await revocations();
  await django.stop();
  try {
    await visitor.signOut();
    expect(await records.session(sid)).toBeNull();
  } finally {
    await django.start();
  }
  await expect.poll(revocations, { timeout: 30_000 }).toBeGreaterThan(before);
});
