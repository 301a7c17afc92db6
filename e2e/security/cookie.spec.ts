import { createSessionId } from "@mullion/token-store";
import { expect, test } from "../src/security-fixtures.ts";
import { sessionCookie } from "../src/session-cookie.ts";
import { reachCallback, signInAgain } from "../src/sign-in-steps.ts";
import { cookieOf, sameOriginHeaders, signIn } from "../src/visitor.ts";

/** Every Set-Cookie of the shell in one sign-in, and the one that holds the session. */
const issued: { all: string[]; session: string } = { all: [], session: "" };

function attributesOf(setCookie: string): string[] {
  const [, ...attributes] = setCookie.split(";");
  return attributes.map((attribute) => attribute.trim().toLowerCase());
}

test.beforeAll(async ({ fronts, account }) => {
  const agent = fronts.newAgent();
  const started = await fronts.fetch("/signin?callbackUrl=/user");
  const callback = await reachCallback(fronts, agent, account("member"));
  const answer = await agent.fetch(callback);
  const csrf = await agent.fetch(`${fronts.origin}/api/auth/csrf`);
  issued.all = [started, answer, csrf].flatMap(({ headers }) => headers.getSetCookie());
  const sessions = answer.headers.getSetCookie().filter((line) => line.startsWith(`${sessionCookie}=`));
  expect(sessions, "the sign-in sets the session cookie, once").toHaveLength(1);
  issued.session = sessions[0] ?? "";
});

test("SEC-1 the session cookie is HttpOnly, Secure, for every path and without a Domain", () => {
  const attributes = attributesOf(issued.session);
  expect(attributes).toEqual(expect.arrayContaining(["httponly", "secure", "path=/"]));
  expect(attributes.filter((attribute) => attribute.startsWith("domain"))).toEqual([]);
});

test("SEC-2 no cookie of the shell goes with a request that another site makes", () => {
  for (const line of issued.all) {
    expect(attributesOf(line).join(" "), line.split("=", 1)[0]).toMatch(/samesite=(lax|strict)/);
  }
});

test("SEC-3 every cookie of the shell has the __Host- prefix, and a browser accepts it under that prefix", async ({
  member,
  fronts,
}) => {
  expect(issued.all.length).toBeGreaterThan(4);
  for (const line of issued.all) expect(line).toMatch(/^__Host-/);
  expect(await member.agent.cookie(fronts.origin, sessionCookie)).toBe(member.sid);
});

test("SEC-4 the cookie has one size, far below 4096 bytes, however large the tokens are", async ({
  signInAs,
  records,
  fronts,
}) => {
  const sizes = new Map<number, number>();
  for (const role of ["viewer", "member", "admin"] as const) {
    const { agent, sid } = await signInAs(role);
    const sent = await agent.cookies.getCookies(fronts.origin);
    const parts = sent.filter(({ key }) => key.startsWith(sessionCookie));
    expect(parts, "one cookie, not chunks").toHaveLength(1);
    const tokens = (await records.tokens(sid)).join("");
    expect(tokens.length).toBeGreaterThan(sid.length * 10);
    sizes.set(tokens.length, `${sessionCookie}=${sid}`.length);
  }
  expect(sizes.size, "the tokens of the roles differ in size").toBeGreaterThan(1);
  expect(new Set(sizes.values())).toEqual(new Set([sessionCookie.length + 1 + 43]));
});

test("SEC-5 session ids are 256 bits that have nothing in common", async ({ fronts, account }) => {
  const { agent, sid } = await signIn(fronts, account("member"));
  const ids = [sid];
  while (ids.length < 12) ids.push(await signInAgain(fronts, agent));
  const bits = ids.map((id) =>
    [...Buffer.from(id, "base64url")].map((byte) => byte.toString(2).padStart(8, "0")).join(""),
  );
  for (const [at, one] of bits.entries()) {
    expect(one).toHaveLength(256);
    for (const other of bits.slice(at + 1)) {
      const differing = one.split("").filter((bit, position) => bit !== other[position]).length;
      // 128 expected, deviation 8: eight deviations never happen by chance.
      expect(differing).toBeGreaterThan(64);
      expect(differing).toBeLessThan(192);
    }
  }
});

const invented = createSessionId();
const forgeries: Readonly<Record<string, (sid: string) => string>> = {
  "an invented id": () => `${sessionCookie}=${invented}`,
  "an empty value": () => `${sessionCookie}=`,
  "a shortened id": (sid) => `${sessionCookie}=${sid.slice(0, -1)}`,
  "a lengthened id": (sid) => `${sessionCookie}=${sid}A`,
  "an id in other case": (sid) => `${sessionCookie}=${sid.toUpperCase()}`,
  "the id before an invented one": (sid) => `${sessionCookie}=${sid}; ${sessionCookie}=${invented}`,
  "the id after an invented one": (sid) => `${sessionCookie}=${invented}; ${sessionCookie}=${sid}`,
  "the id twice": (sid) => `${sessionCookie}=${sid}; ${sessionCookie}=${sid}`,
  "chunks as NextAuth numbers them": (sid) =>
    `${sessionCookie}.0=${sid.slice(0, 20)}; ${sessionCookie}.1=${sid.slice(20)}`,
  "one chunk with the whole id": (sid) => `${sessionCookie}.0=${sid}`,
  "the name without its prefix": (sid) => `mullion.sid=${sid}`,
  "the name with the weaker prefix": (sid) => `__Secure-mullion.sid=${sid}`,
  "the name in lower case": (sid) => `${sessionCookie.toLowerCase()}=${sid}`,
  "NextAuth's default name": (sid) => `__Secure-next-auth.session-token=${sid}`,
  "a JSON value": (sid) => `${sessionCookie}=j:${JSON.stringify([sid])}`,
};

for (const [name, forge] of Object.entries(forgeries)) {
  test(`SEC-6 a cookie that is ${name} is no session`, async ({ fronts, member }) => {
    const headers = { ...sameOriginHeaders, cookie: forge(member.sid) };
    expect((await fronts.fetch("/api/bff/profile/me", { headers })).status).toBe(401);
    expect(await (await fronts.fetch("/api/session", { headers })).json()).toEqual({ session: null });
    expect((await fronts.fetch("/dashboard", { headers })).status).toBe(302);
    expect(
      (await fronts.fetch("/api/bff/profile/me", { headers: { ...headers, ...cookieOf(member.sid) } }))
        .status,
    ).toBe(200);
  });
}

const otherPlaces: Readonly<
  Record<string, (sid: string) => { query?: string; headers?: Record<string, string> }>
> = {
  "in the query": (sid) => ({ query: `?sid=${sid}&session=${sid}&${sessionCookie}=${sid}` }),
  "as bearer token": (sid) => ({ headers: { authorization: `Bearer ${sid}` } }),
  "as basic credentials": (sid) => ({
    headers: { authorization: `Basic ${Buffer.from(`${sid}:`).toString("base64")}` },
  }),
  "in a header of its own": (sid) => ({ headers: { "x-session-id": sid, "x-mullion-sid": sid, sid } }),
  "in Set-Cookie": (sid) => ({ headers: { "set-cookie": `${sessionCookie}=${sid}` } }),
  "in Cookie2": (sid) => ({ headers: { cookie2: `${sessionCookie}=${sid}` } }),
};

for (const [name, place] of Object.entries(otherPlaces)) {
  test(`SEC-7 a session id ${name} is ignored`, async ({ fronts, member }) => {
    const { query = "", headers = {} } = place(member.sid);
    const options = { headers: { ...sameOriginHeaders, ...headers } };
    expect((await fronts.fetch(`/api/bff/profile/me${query}`, options)).status).toBe(401);
    expect(await (await fronts.fetch(`/api/session${query}`, options)).json()).toEqual({ session: null });
  });
}

test("SEC-7 the session's own access token is no credential at the front", async ({
  fronts,
  member,
  records,
}) => {
  for (const token of await records.tokens(member.sid)) {
    const headers = { ...sameOriginHeaders, authorization: `Bearer ${token}` };
    expect((await fronts.fetch("/api/bff/profile/me", { headers })).status).toBe(401);
  }
});

test("SEC-8 CVE-2025-48947 every answer that sets a cookie forbids storing it", async ({
  fronts,
  account,
}) => {
  const agent = fronts.newAgent();
  const at = (path: string): string => fronts.origin + path;
  const callback = await reachCallback(fronts, agent, account("member"));
  const answers = {
    callback: await agent.fetch(callback),
    signin: await fronts.fetch("/signin"),
    csrf: await fronts.fetch("/api/auth/csrf"),
    signOut: await agent.fetch(at("/api/auth/signout"), {
      method: "POST",
      body: new URLSearchParams({
        csrfToken: ((await (await agent.fetch(at("/api/auth/csrf"))).json()) as { csrfToken: string })
          .csrfToken,
        callbackUrl: "/",
      }),
    }),
  };
  for (const [name, { headers }] of Object.entries(answers)) {
    expect(headers.getSetCookie(), name).not.toEqual([]);
    expect(headers.get("cache-control"), name).toContain("no-store");
  }
});

test("SEC-8 CVE-2025-48947 what may be stored sets no cookie, whoever asks", async ({ fronts, member }) => {
  const page = await member.agent.fetch(`${fronts.origin}/dashboard`);
  const html = await page.text();
  const files = [...html.matchAll(/"(\/_next\/static\/[^"]+)"/g)].map(([, path]) => path ?? "");
  expect(files).not.toEqual([]);
  for (const path of [...new Set(files)].slice(0, 5)) {
    const { status, headers } = await member.agent.fetch(fronts.origin + path);
    expect([status, headers.getSetCookie()], path).toEqual([200, []]);
  }
});
