import { apiAudience } from "@mullion/contracts";
import { createHttpService, createLogger } from "@mullion/http-service";
import { createTestIssuer, type TestIssuer } from "@mullion/testing";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenPlugin } from "./plugin.ts";
import { createVerifier } from "./verifier.ts";

let issuer: TestIssuer;
let app: FastifyInstance;
const lines: string[] = [];

beforeAll(async () => {
  issuer = await createTestIssuer();
  const destination = { write: (line: string) => void lines.push(line) };
  app = createHttpService({ name: "test", logger: createLogger({ name: "test", destination }) });
  await app.register(accessTokenPlugin, {
    verifier: createVerifier({ issuer: issuer.url, audience: apiAudience }),
  });
  app.get("/own", { preHandler: app.requireScope("profile:read") }, ({ accessToken }) => accessToken.sub);
  app.get("/forgotten", ({ accessToken }) => accessToken.sub);
});

afterAll(async () => {
  await app.close();
  await issuer.close();
});

function get(url: string, authorization?: string): Promise<LightMyRequestResponse> {
  return app.inject({ method: "GET", url, headers: authorization === undefined ? {} : { authorization } });
}

it("S4.2 a route with a scope gives its handler the caller's claims", async () => {
  const token = await issuer.sign({ sub: "ada", scope: "profile:read registry:read" });
  expect((await get("/own", `Bearer ${token}`)).body).toBe("ada");
  expect((await get("/own", `bearer ${token}`)).body).toBe("ada");
});

it("S4.2 no token is 401 without an error code, a bad one 401 invalid_token, one without the scope 403", async () => {
  const missing = await get("/own");
  expect(missing.statusCode).toBe(401);
  expect(missing.headers["www-authenticate"]).toBe('Bearer realm="mullion"');

  const expired = await get("/own", `Bearer ${await issuer.sign({}, { expiresInSeconds: -120 })}`);
  expect(expired.statusCode).toBe(401);
  expect(expired.headers["www-authenticate"]).toContain('error="invalid_token"');
  expect(expired.json()).toMatchObject({ code: "expired_token" });

  const narrow = await get("/own", `Bearer ${await issuer.sign({ scope: "profile:write profile:readx" })}`);
  expect(narrow.statusCode).toBe(403);
  expect(narrow.headers["www-authenticate"]).toContain('error="insufficient_scope", scope="profile:read"');
});

it("S4.4 a token in the query or under another scheme is no token", async () => {
  const token = await issuer.sign({ scope: "profile:read" });
  expect((await get(`/own?access_token=${token}`)).statusCode).toBe(401);
  expect((await get("/own", `Basic ${token}`)).statusCode).toBe(401);
  expect((await get("/own", `Bearer ${token}, Bearer ${token}`)).statusCode).toBe(401);
});

it("a token that is bound to a key is no bearer token: whoever stole it gets nothing for it", async () => {
  const token = await issuer.sign({ scope: "profile:read", cnf: { jkt: "thumbprint" } });
  const refused = await get("/own", `Bearer ${token}`);
  expect(refused.statusCode).toBe(401);
  expect(refused.json()).toMatchObject({ code: "invalid_token" });
});

it("a handler that reads the token of a route without a scope fails closed", async () => {
  const token = await issuer.sign({ scope: "profile:read" });
  const response = await get("/forgotten", `Bearer ${token}`);
  expect(response.statusCode).toBe(500);
  expect(response.body).not.toContain("scope");
});

it("SEC-23 no log line holds a token, valid or not", async () => {
  const tokens = await Promise.all([
    issuer.sign({ scope: "profile:read" }),
    issuer.sign({}, { expiresInSeconds: -120 }),
    issuer.sign({}, { header: { typ: "JWT" } }),
  ]);
  lines.length = 0;
  for (const token of tokens) {
    await get("/own", `Bearer ${token}`);
    await get(`/own?access_token=${token}`);
  }
  const log = lines.join("");
  expect(log).toContain("/own");
  for (const part of tokens.flatMap((token) => token.split(".").slice(1))) expect(log).not.toContain(part);
});
