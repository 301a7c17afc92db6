import { createVerifier } from "@mullion/access-token";
import { apiAudience, apiRoutes, type Profile, profileSchema, serviceRoutes } from "@mullion/contracts";
import { createLogger } from "@mullion/http-service";
import { createPool, type Pool, runMigrations } from "@mullion/postgres";
import {
  createTestDatabase,
  createTestIssuer,
  forgedAccessTokens,
  type TestClaims,
  type TestDatabase,
  type TestIssuer,
} from "@mullion/testing";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer } from "./server.ts";

const scope = "profile:read profile:write";
const ada = { sub: "ada", email: "ada@mullion.test", name: "Ada Lovelace", scope };

let issuer: TestIssuer;
let database: TestDatabase;
let pool: Pool;
let app: FastifyInstance;

beforeAll(async () => {
  issuer = await createTestIssuer();
  database = await createTestDatabase();
  await runMigrations({
    connectionString: database.connectionString,
    dir: `${import.meta.dirname}/../migrations`,
  });
  pool = createPool({ connectionString: database.connectionString });
  const verifier = createVerifier({ issuer: issuer.url, audience: apiAudience });
  app = await createServer({ pool, verifier, logger: createLogger({ name: "test", level: "silent" }) });
});

afterAll(async () => {
  await app.close();
  await pool.end();
  await database.drop();
  await issuer.close();
});

async function get(claims: TestClaims): Promise<LightMyRequestResponse> {
  const authorization = `Bearer ${await issuer.sign(claims)}`;
  return app.inject({ method: "GET", url: "/profile/me", headers: { authorization } });
}

async function put(path: string, claims: TestClaims, payload: object): Promise<LightMyRequestResponse> {
  const authorization = `Bearer ${await issuer.sign(claims)}`;
  return app.inject({ method: "PUT", url: path, headers: { authorization }, payload });
}

const preferences = {
  displayName: "Ada",
  locale: "de-DE",
  timeZone: "Europe/Berlin",
  theme: "dark",
  emailDigest: true,
} as const;

it.each(["/profile/me/pins", "/profile/me/preferences"])(
  "S4.1 PUT %s looks at the token before the body: 401, 403, and only then 400",
  async (url) => {
    const status = async (authorization?: string): Promise<number> => {
      const headers = { "content-type": "application/json", ...(authorization && { authorization }) };
      return (await app.inject({ method: "PUT", url, headers, payload: "{" })).statusCode;
    };
    expect(await status()).toBe(401);
    expect(await status(`Bearer ${await issuer.sign({ ...ada, scope: "profile:read" })}`)).toBe(403);
    expect(await status(`Bearer ${await issuer.sign(ada)}`)).toBe(400);
  },
);

describe("a profile", () => {
  it("starts with defaults made of nothing but what identity says", async () => {
    const response = await get({ ...ada, sub: "new-with-name" });
    expect(profileSchema.parse(response.json())).toEqual({
      id: "new-with-name",
      email: "ada@mullion.test",
      preferences: {
        displayName: "Ada Lovelace",
        locale: "en-GB",
        timeZone: "UTC",
        theme: "system",
        emailDigest: false,
      },
      pins: [],
      updatedAt: null,
    });
    const nameless = await get({ ...ada, sub: "new-without-name", name: undefined });
    expect(nameless.json<Profile>().preferences.displayName).toBe("ada");
  });

  it("keeps preferences and pins, each without touching the other", async () => {
    await put("/profile/me/pins", ada, { pins: ["health", "sign-ins"] });
    const saved = await put("/profile/me/preferences", ada, preferences);
    expect(saved.statusCode).toBe(200);
    const read = profileSchema.parse((await get(ada)).json());
    expect(read).toMatchObject({ preferences, pins: ["health", "sign-ins"] });
    expect(read).toEqual(saved.json());
  });

  it("is unchanged, its time included, when the same is saved again", async () => {
    const first = await put("/profile/me/preferences", ada, preferences);
    const second = await put("/profile/me/preferences", ada, preferences);
    expect(second.json()).toEqual(first.json());
    const third = await put("/profile/me/preferences", ada, { ...preferences, theme: "light" });
    expect(third.json<Profile>().updatedAt).not.toBe(first.json<Profile>().updatedAt);
  });

  it("is only ever the caller's own", async () => {
    await put("/profile/me/pins", ada, { pins: ["mine"] });
    const other = await get({ ...ada, sub: "grace" });
    expect(other.json<Profile>().pins).toEqual([]);
  });

  it("does not exist for a client acting for itself", async () => {
    const response = await get({ sub: "mullion-shell", client_id: "mullion-shell", scope });
    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject({ code: "not_a_user" });
  });
});

describe("bad input", () => {
  it.each(["Mars/Olympus", "+01:00", "Europe/../etc"])("refuses the time zone %j", async (timeZone) => {
    const response = await put("/profile/me/preferences", ada, { ...preferences, timeZone });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: "invalid_body", issues: [{ path: "timeZone" }] });
  });

  it("names every wrong field and none of the values", async () => {
    const response = await put("/profile/me/preferences", ada, { ...preferences, theme: "pink", extra: 1 });
    expect(response.statusCode).toBe(400);
    expect(response.body).toContain("theme");
    expect(response.body).not.toContain("pink");
  });

  it("answers broken JSON with a 400 problem document", async () => {
    const authorization = `Bearer ${await issuer.sign(ada)}`;
    const headers = { authorization, "content-type": "application/json" };
    const response = await app.inject({ method: "PUT", url: "/profile/me/pins", headers, payload: "{" });
    expect(response.statusCode).toBe(400);
    expect(response.headers["content-type"]).toMatch(/^application\/problem\+json/);
    expect(response.json()).toMatchObject({ code: "invalid_json" });
  });
});

describe("access", () => {
  it("SEC-50 S0.7 service-profile itself refuses every forged access token with 401", async () => {
    for (const { name, token } of await forgedAccessTokens(issuer, ada)) {
      const headers = { authorization: `Bearer ${token}` };
      const response = await app.inject({ method: "GET", url: "/profile/me", headers });
      expect(response.statusCode, name).toBe(401);
      expect(response.headers["www-authenticate"], name).toContain('error="invalid_token"');
    }
  });

  const routes = serviceRoutes(apiRoutes).filter(({ upstream }) => upstream === "profile");
  it.each(routes)("S4.2 $id answers 401 without a token and 403 without its scope", async (route) => {
    const without = await app.inject({ method: route.method, url: route.path });
    expect(without.statusCode).toBe(401);
    expect(without.headers["www-authenticate"]).toBe('Bearer realm="mullion"');
    const others = scope.replace(route.scope, "");
    const authorization = `Bearer ${await issuer.sign({ ...ada, scope: others })}`;
    const refused = await app.inject({ method: route.method, url: route.path, headers: { authorization } });
    expect(refused.statusCode).toBe(403);
    expect(refused.headers["www-authenticate"]).toContain(`scope="${route.scope}"`);
  });
});
