import { apiAudience, apiRoutes, identityAudience, serviceRoutes } from "@mullion/contracts";
import { createSigningKey, forgedAccessTokens } from "@mullion/testing";
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from "vitest";
import { createTestGateway, type TestGateway } from "./test-gateway.ts";

const routes = serviceRoutes(apiRoutes);
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await createTestGateway();
});

beforeEach(() => {
  gateway.upstream.received.length = 0;
});

afterAll(() => gateway.close());

function get(path: string, authorization?: string): Promise<Response> {
  return fetch(gateway.url + path, { headers: authorization === undefined ? {} : { authorization } });
}

it("SEC-50 gateway refuses every forged access token with 401 and asks no service", async () => {
  for (const { name, token } of await forgedAccessTokens(gateway.issuer, { scope: "profile:read" })) {
    const response = await get("/profile/me", `Bearer ${token}`);
    expect(response.status, name).toBe(401);
    expect(response.headers.get("www-authenticate"), name).toContain('error="invalid_token"');
  }
  expect(gateway.upstream.received).toEqual([]);
});

it.each(routes)("S4.2 $id: 401 without a token, 403 without its scope, served with it", async (route) => {
  const url = gateway.url + route.path.replace(":id", "1");
  const { method } = route;
  const body = method === "GET" ? null : "{}";

  const missing = await fetch(url, { method, body });
  expect(missing.status).toBe(401);
  expect(missing.headers.get("www-authenticate")).toBe('Bearer realm="mullion"');

  const others = routes.map(({ scope }) => scope).filter((scope) => scope !== route.scope);
  const narrow = { authorization: await gateway.bearer({ scope: others.join(" "), aud: route.audience }) };
  const refused = await fetch(url, { method, body, headers: narrow });
  expect(refused.status).toBe(403);
  expect(refused.headers.get("www-authenticate")).toContain(`scope="${route.scope}"`);
  expect(gateway.upstream.received).toEqual([]);

  const exact = { authorization: await gateway.bearer({ scope: route.scope, aud: route.audience }) };
  const served = route.transport === "websocket" ? 426 : 200;
  expect((await fetch(url, { method, body, headers: exact })).status).toBe(served);
});

it.each(routes)("$id takes a token for its own resource only", async ({ method, path, scope, audience }) => {
  const aud = audience === apiAudience ? identityAudience : apiAudience;
  const response = await fetch(gateway.url + path.replace(":id", "1"), {
    method,
    headers: { authorization: await gateway.bearer({ scope, aud }) },
  });
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
  expect(gateway.upstream.received).toEqual([]);
});

it("S0.7 passes the caller's own token on, so that the service can validate it again", async () => {
  const authorization = await gateway.bearer();
  await get("/profile/me", authorization);
  expect(gateway.upstream.received[0]?.headers.authorization).toBe(authorization);
});

it("SEC-51 a flood of random key ids makes the gateway read the issuer's keys once in five seconds at most", async () => {
  const startedAt = performance.now();
  const flooded = await createTestGateway();
  onTestFinished(() => flooded.close());
  const url = `${flooded.url}/profile/me`;
  const attacker = await createSigningKey();
  await fetch(url, { headers: { authorization: await flooded.bearer() } });
  const flood = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const header = { kid: `random-${String(n)}` };
      const token = await flooded.issuer.sign({}, { header, key: attacker.privateKey });
      return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status;
    }),
  );
  expect(new Set(flood)).toEqual(new Set([401]));
  const allowed = 1 + Math.floor((performance.now() - startedAt) / 5_000);
  expect(flooded.issuer.requests.jwks).toBeLessThanOrEqual(allowed);
});
