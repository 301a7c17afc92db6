import { readFile } from "node:fs/promises";
import { decodeJwt } from "jose";
import { ada, askDjango, countOf, expect, sessionSeconds, test } from "../src/django-fixtures.ts";
import { sessionCookie } from "../src/session-cookie.ts";

test.beforeEach(({ python }) => {
  test.skip(python === null, "Django cannot be had here: see standard error");
});

const refreshPath = "/api/token/refresh/";

test("S1.1 username and password become a token pair in Redis and one opaque cookie in the browser", async ({
  visitor,
  django,
  records,
  fronts,
}) => {
  const asked = await countOf(django, "POST /api/token/ 200");
  const { status, headers } = await visitor.signIn();
  expect([status, headers.get("location")]).toEqual([303, `${fronts.origin}/`]);
  expect(await countOf(django, "POST /api/token/ 200")).toBe(asked + 1);

  const sid = await visitor.sid();
  const kept = await visitor.agent.cookies.getCookies(fronts.origin);
  expect(
    kept.every(({ key, httpOnly, secure }) => key.startsWith("__Host-mullion.") && httpOnly && secure),
  ).toBe(true);
  const [access = "", refresh = ""] = await records.tokens(sid);
  expect([access, refresh].map((token) => decodeJwt(token)["token_type"])).toEqual(["access", "refresh"]);
  const { text } = await records.dump();
  for (const secret of [sid, access, refresh, ada.password, ada.username]) expect(text).not.toContain(secret);
  expect(await records.remainingMs(sid)).toBeGreaterThan(0);
  expect(await records.remainingMs(sid)).toBeLessThanOrEqual(sessionSeconds * 1_000);
});

test("S1.2 an API call goes session id, Redis, token, Django; only data comes back", async ({
  visitor,
  records,
}) => {
  await visitor.signIn();
  const answer = await visitor.call("/api/me/");
  expect([answer.status, await answer.json()]).toMatchObject([
    200,
    { username: ada.username, email: ada.email, roles: [...ada.roles].sort() },
  ]);
  const [access = "", refresh = ""] = await records.tokens(await visitor.sid());
  const seen = JSON.stringify([...answer.headers]);
  for (const secret of [access, refresh]) expect(seen).not.toContain(secret);
  expect(answer.headers.getSetCookie()).toEqual([]);

  const changed = await visitor.call("/api/me/", {
    method: "PATCH",
    body: JSON.stringify({ name: "Countess Ada" }),
    headers: { "content-type": "application/json" },
  });
  expect([changed.status, await changed.json()]).toMatchObject([200, { name: "Countess Ada" }]);
  expect((await visitor.call("/api/me/", { headers: { cookie: "" } })).status).toBe(401);
  expect((await visitor.call("/profile/me")).status, "not in this installation's manifest").toBe(404);
});

test("S1.3 no token is in anything the browser is sent, from the sign-in page to the sign-out", async ({
  visitor,
  records,
  fronts,
}) => {
  const texts: string[] = [];
  const read = async (response: Response): Promise<void> => {
    texts.push(JSON.stringify([...response.headers]), await response.text());
  };
  const signedIn = await visitor.signIn();
  texts.push(signedIn.html, JSON.stringify([...signedIn.headers]));
  const sid = await visitor.sid();
  const before = await records.tokens(sid);
  await records.expireAccessTokens(sid);
  for (const path of ["/api/session", "/", "/api/auth/providers"]) {
    await read(await visitor.agent.fetch(fronts.origin + path));
  }
  for (const path of ["/api/me/", "/session/devices"]) await read(await visitor.call(path));
  const after = await records.tokens(sid);
  await read(await visitor.signOut());
  expect(after).not.toEqual(before);
  const all = texts.join("\n");
  expect(all).toContain(ada.email);
  for (const token of [...before, ...after]) expect(all).not.toContain(token);
  expect(all).not.toMatch(/eyJ[\w-]+\.eyJ/);
});

test("S1.1 a wrong password and an unknown name are told alike, keep the typed name, and start no session", async ({
  visitor,
  fronts,
}) => {
  const wrong = await visitor.signIn({ username: ada.username, password: "wrong" });
  const unknown = await visitor.signIn({ username: `nobody"><script>`, password: "wrong" });
  for (const { status, html } of [wrong, unknown]) {
    expect(status).toBe(401);
    expect(html).toContain("The username or password is wrong.");
    expect(html).not.toContain("<script");
  }
  expect(wrong.html).toContain(`value="${ada.username}"`);
  expect(await visitor.agent.cookie(fronts.origin, sessionCookie)).toBeUndefined();
});

test("guessing at one name is stopped on every front, also with the right password", async ({
  visitor,
  django,
}) => {
  const mallory = { ...ada, username: "mallory", email: "mallory@mullion.test" };
  await django.setUser(mallory);
  for (let guess = 0; guess < 10; guess += 1) {
    expect((await visitor.signIn({ username: "mallory", password: `guess ${guess}` })).status).toBe(401);
  }
  const asked = await countOf(django, "POST /api/token/ 401");
  for (const _front of [1, 2, 3]) {
    const limited = await visitor.signIn(mallory);
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
  }
  expect(await countOf(django, "POST /api/token/ 401")).toBe(asked);
});

test("a sign-in form without the page's own CSRF token signs nobody in and reaches Django not at all", async ({
  visitor,
  django,
  fronts,
}) => {
  const asked = (await django.requests()).length;
  expect((await visitor.signIn(ada, { csrfToken: "forged" })).status).toBe(403);
  expect((await visitor.signIn(ada, { callbackUrl: "https://evil.test/", csrfToken: "" })).status).toBe(403);
  const direct = await visitor.agent.fetch(`${fronts.origin}/api/auth/callback/credentials`, {
    method: "POST",
    headers: { origin: fronts.origin },
    body: new URLSearchParams({ username: ada.username, password: ada.password }),
  });
  expect(direct.status).toBe(404);
  expect((await django.requests()).length).toBe(asked);
  expect(await visitor.agent.cookie(fronts.origin, sessionCookie)).toBeUndefined();
});

for (const callbackUrl of ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)"]) {
  test(`after signing in ${callbackUrl} leads to this site's own start`, async ({ visitor, fronts }) => {
    const { status, headers } = await visitor.signIn(ada, { callbackUrl });
    expect([status, headers.get("location")]).toEqual([303, `${fronts.origin}/`]);
  });
}

test("signing in again gives a fresh session id, and the one before is dead and blacklisted", async ({
  visitor,
  django,
  records,
}) => {
  await visitor.signIn();
  const first = await visitor.sid();
  const refresh = await records.refreshToken(first);
  await visitor.signIn();
  expect(await visitor.sid()).not.toBe(first);
  expect(await records.session(first)).toBeNull();
  expect((await askDjango(django, refreshPath, { refresh })).status).toBe(401);
});

test("nothing of identity's is there: no OAuth callback and no back-channel logout", async ({ fronts }) => {
  expect((await fronts.fetch("/api/auth/callback/mullion?code=x&state=y")).status).toBe(404);
  const logout = await fronts.fetch("/api/auth/backchannel-logout", {
    method: "POST",
    body: new URLSearchParams({ logout_token: "x" }),
  });
  expect(logout.status).toBe(404);
});

test("passwords and tokens are in no log of the fronts", async ({ visitor, records, platform }) => {
  await visitor.signIn();
  const tokens = await records.tokens(await visitor.sid());
  await visitor.signIn({ username: ada.username, password: "a wrong secret" });
  for (const name of ["shell", "shell-2", "shell-3"] as const) {
    const log = await readFile(platform.logFile(name), "utf8");
    for (const secret of [...tokens, ada.password, "a wrong secret"]) expect(log).not.toContain(secret);
  }
});
