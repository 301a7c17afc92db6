import { csrfHeader } from "@mullion/contracts";
import type { SpaSession } from "@mullion/contracts/spa-session";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { password, startIdentity, type TestIdentity } from "../../test/identity.ts";
import { SpaPage, spaClient, spaOrigin } from "../../test/spa-page.ts";

const email = "member@mullion.test";

async function codeOf(response: Response): Promise<string> {
  return `${response.status} ${((await response.json()) as { code: string }).code}`;
}

describe("the session API", () => {
  let identity: TestIdentity;

  beforeAll(async () => {
    identity = await startIdentity({ extraClients: [spaClient] });
    await identity.addUser(email, ["member"]);
  });
  afterAll(async () => {
    await identity.close();
  });

  /** Half a minute and more goes by: an answer that was lost is not given again. */
  const letReplaysPass = (): Promise<unknown> =>
    identity.pool.query("update refresh_tokens set consumed_at = consumed_at - interval '1 hour'");

  it("S2.1 a sign-in gives the page an access token, and the browser a cookie that no script can read", async () => {
    const page = new SpaPage(identity);
    const response = await page.signIn(email);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const text = await response.text();
    const session = JSON.parse(text) as SpaSession;
    expect(session).toMatchObject({
      tokenType: "Bearer",
      expiresIn: 600,
      scope: "profile:read profile:write insights:read registry:read insights:write",
      refreshable: true,
      user: { email, name: "member", emailVerified: true, roles: ["member"] },
    });
    expect(decodeJwt(session.accessToken)).toMatchObject({
      aud: "urn:mullion:api",
      sub: session.user.id,
      client_id: "todo",
    });
    const [line = ""] = response.headers.getSetCookie();
    expect(line).toMatch(
      /^mullion_spa\.todo=[\w-]{43}; Max-Age=3888000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const token = page.cookie.split("=")[1] ?? "";
    expect(text).not.toContain(token);
    const { rows } = await identity.pool.query<{ row: string }>(
      "select t::text as row from refresh_tokens t union all select f::text from refresh_families f",
    );
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.map(({ row }) => row).join("")).not.toContain(token);
  });

  it("a page may ask for less than the person may do, and never gets more", async () => {
    const page = new SpaPage(identity);
    const scope = "profile:read users:write registry:publish";
    const response = await page.call("POST", "/session", { email, password, scope });
    expect(await response.json()).toMatchObject({ scope: "profile:read" });
    expect(await (await page.refresh()).json()).toMatchObject({ scope: "profile:read" });
  });

  it("S2.1 every refresh gives another access token and another cookie", async () => {
    const page = new SpaPage(identity);
    const first = await page.signedIn(email);
    const cookie = page.cookie;
    const response = await page.refresh();
    expect(response.status).toBe(200);
    const second = (await response.json()) as SpaSession;
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(second.user).toEqual(first.user);
    expect(page.cookie).toMatch(/^mullion_spa\.todo=[\w-]{43}$/);
    expect(page.cookie).not.toBe(cookie);
  });

  it("S2.3 a cookie used again after it was replaced ends the session for both", async () => {
    const page = new SpaPage(identity);
    await page.signIn(email);
    const stolen = page.cookie;
    await page.refresh();
    await letReplaysPass();
    const thief = new SpaPage(identity);
    thief.cookie = stolen;
    expect(await codeOf(await thief.refresh())).toBe("401 no_session");
    expect(await codeOf(await page.refresh())).toBe("401 no_session");
    expect(page.cookie).toBe("");
  });

  it("SEC-57 tabs that refresh at the same time, without a lock of their own, keep one session", async () => {
    const page = new SpaPage(identity);
    await page.signIn(email);
    const { cookie } = page;
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const tab = new SpaPage(identity);
        tab.cookie = cookie;
        const { status } = await tab.refresh();
        return { status, cookie: tab.cookie };
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map((answer) => answer.cookie)).size).toBe(1);
    page.cookie = answers[0]?.cookie ?? "";
    expect((await page.refresh()).status).toBe(200);
  });

  it("S2.1 S2.3 a sign-out ends the session at once and takes the cookie away", async () => {
    const page = new SpaPage(identity);
    await page.signIn(email);
    const { cookie } = page;
    const response = await page.signOut();
    expect(response.status).toBe(204);
    expect(page.cookie).toBe("");
    page.cookie = cookie;
    expect(await codeOf(await page.refresh())).toBe("401 no_session");
    expect((await identity.auditedActions()).at(-1)).toBe("signout");
    expect((await page.signOut()).status).toBe(204);
  });

  it("a sign-in in a browser where somebody is signed in ends that session", async () => {
    const page = new SpaPage(identity);
    await page.signIn(email);
    const { cookie } = page;
    await page.signIn(email);
    const before = new SpaPage(identity);
    before.cookie = cookie;
    expect(await codeOf(await before.refresh())).toBe("401 no_session");
    expect((await page.refresh()).status).toBe(200);
  });

  it("S3.5 with an unverified address there is an access token and nothing to refresh it with", async () => {
    const id = await identity.addUser("unverified@mullion.test", ["member"]);
    await identity.pool.query("update users set email_verified_at = null where id = $1", [id]);
    const page = new SpaPage(identity);
    expect(await page.signedIn("unverified@mullion.test")).toMatchObject({
      refreshable: false,
      user: { emailVerified: false },
    });
    expect(page.cookie).toBe("");
    const { rows } = await identity.pool.query("select 1 from refresh_families where user_id = $1", [id]);
    expect(rows).toEqual([]);
  });

  it("SEC-59 an address that nobody has gets the same answer as a wrong password", async () => {
    const attempt = async (address: string): Promise<string> => {
      const body = { email: address, password: "not the password" };
      const response = await new SpaPage(identity).call("POST", "/session", body);
      const { requestId, ...problem } = (await response.json()) as Record<string, unknown>;
      expect(requestId).toEqual(expect.any(String));
      return JSON.stringify([response.status, problem, response.headers.getSetCookie()]);
    };
    expect(await attempt(email)).toContain("invalid_credentials");
    expect(await attempt("nobody@mullion.test")).toBe(await attempt(email));
  });

  it("SEC-60 passwords can be tried as often as on the sign-in page, and the page is told how long to wait", async () => {
    await identity.addUser("guessed@mullion.test", ["member"]);
    const guess = (): Promise<Response> =>
      new SpaPage(identity).call("POST", "/session", { email: "guessed@mullion.test", password: "guess" });
    for (let tries = 0; tries < 10; tries += 1) expect((await guess()).status).toBe(401);
    const limited = await guess();
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(limited.headers.get("access-control-expose-headers")).toContain("retry-after");
    expect(limited.headers.get("access-control-allow-origin")).toBe(spaOrigin);
    expect(await codeOf(limited)).toBe("429 too_many_attempts");
    expect(await codeOf(await new SpaPage(identity).signIn("guessed@mullion.test"))).toBe(
      "429 too_many_attempts",
    );
  });

  it.each([
    ["without the header", { [csrfHeader]: undefined }],
    ["from another origin", { origin: "https://evil.example" }],
    ["from an origin that begins alike", { origin: `${spaOrigin}.evil.example` }],
    ["without an origin", { origin: undefined }],
    ["from no origin in particular", { origin: "null" }],
    ["from another site", { "sec-fetch-site": "cross-site" }],
    ["by the address bar", { "sec-fetch-site": "none" }],
  ])("S2.6 SEC-9 SEC-10 SEC-11 no write is taken %s, and nothing happens", async (_how, headers) => {
    const page = new SpaPage(identity);
    await page.signIn(email);
    const { cookie } = page;
    for (const attempt of [page.signIn(email, headers), page.refresh(headers), page.signOut(headers)]) {
      const response = await attempt;
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await codeOf(response)).toBe("403 cross_site_request");
    }
    await letReplaysPass();
    expect(page.cookie).toBe(cookie);
    expect((await page.refresh()).status).toBe(200);
  });

  it("SEC-12 without Fetch Metadata the origin decides", async () => {
    const page = new SpaPage(identity, { "sec-fetch-site": undefined });
    expect((await page.signIn(email)).status).toBe(200);
    expect(await codeOf(await page.refresh({ origin: "https://evil.example" }))).toBe(
      "403 cross_site_request",
    );
  });

  it.each(["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])(
    "SEC-13 a body of the kind that forms send (%s) is refused",
    async (type) => {
      const body = JSON.stringify({ email, password });
      const response = await fetch(`${identity.url}/spa/todo/session`, {
        method: "POST",
        headers: {
          origin: spaOrigin,
          "sec-fetch-site": "same-site",
          [csrfHeader]: "1",
          "content-type": type,
        },
        body,
      });
      expect(response.status).toBe(415);
    },
  );

  it("S4.5 SEC-14 a preflight names the client's own origin, with credentials, and tells others nothing", async () => {
    const preflight = (origin: string): Promise<Response> =>
      new SpaPage(identity).call("OPTIONS", "/session/refresh", undefined, {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": csrfHeader,
      });
    const own = await preflight(spaOrigin);
    expect(own.status).toBe(204);
    expect(own.headers.get("access-control-allow-origin")).toBe(spaOrigin);
    expect(own.headers.get("access-control-allow-credentials")).toBe("true");
    expect(own.headers.get("access-control-allow-headers")).toContain(csrfHeader);
    expect(own.headers.get("vary")).toContain("Origin");
    for (const origin of [
      "https://evil.example",
      "null",
      "*",
      "http://localhost:5174",
      "https://localhost:5173",
    ]) {
      const foreign = await preflight(origin);
      expect(foreign.status, origin).not.toBe(204);
      const fields = [...foreign.headers.keys()].filter((name) => name.startsWith("access-control-"));
      expect(fields, origin).toEqual([]);
    }
  });

  it("a client that was not given the session API, and one that is none, look the same: 404", async () => {
    for (const clientId of ["mullion-shell", "nobody", "Nobody!"]) {
      expect(await codeOf(await new SpaPage(identity, {}, clientId).signIn(email)), clientId).toBe(
        "404 not_found",
      );
    }
  });

  it("a sign-in of one client is none at another", async () => {
    const page = new SpaPage(identity);
    await page.signIn(email);
    const response = await new SpaPage(identity, { cookie: page.cookie }, "notes").refresh();
    expect(response.status).not.toBe(200);
  });

  it.each([
    ["an unknown field", { email, password, admin: true }, "400 invalid_body"],
    ["no password", { email }, "400 invalid_body"],
    ["an endless password", { email, password: "x".repeat(300) }, "400 invalid_body"],
    ["broken JSON", "{", "400 invalid_json"],
    ["100 KB", { email, password: "x".repeat(100_000) }, "413 body_too_large"],
  ])("a body with %s is told what is wrong", async (_what, body, expected) => {
    expect(await codeOf(await new SpaPage(identity).call("POST", "/session", body))).toBe(expected);
  });
});
