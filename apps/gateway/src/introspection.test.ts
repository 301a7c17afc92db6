import { identityAudience } from "@mullion/contracts";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createTestGateway, type TestGateway } from "./test-gateway.ts";

const claims = { sub: "admin", aud: identityAudience, scope: "users:read", roles: ["admin"] };

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await createTestGateway({ perSubject: 50 });
});

beforeEach(() => {
  gateway.upstream.received.length = 0;
  gateway.issuer.setDown(false);
});

afterAll(() => gateway.close());

const listUsers = (token: string): Promise<Response> =>
  fetch(`${gateway.url}/identity/users`, { headers: { authorization: `Bearer ${token}` } });

it("S0.8 a revoked token is refused at once where the route asks the issuer, however good its signature", async () => {
  const token = await gateway.issuer.sign(claims);
  expect((await listUsers(token)).status).toBe(200);
  gateway.issuer.revoke(token);
  const refused = await listUsers(token);
  expect(refused.status).toBe(401);
  expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
  expect(await refused.json()).toMatchObject({ code: "inactive_token" });
  expect(gateway.upstream.received).toHaveLength(1);
});

it("S0.8 an opaque token passes as far as the issuer says what it is for, and no further", async () => {
  const { issuer } = gateway;
  expect((await listUsers(issuer.issueOpaque(claims))).status).toBe(200);
  expect((await listUsers(issuer.issueOpaque({ ...claims, scope: "users:write" }))).status).toBe(403);
  expect((await listUsers(issuer.issueOpaque({ ...claims, aud: "urn:mullion:api" }))).status).toBe(401);
  expect((await listUsers(issuer.issueOpaque({ ...claims, token_type: "N_A" }))).status).toBe(401);
  expect((await listUsers("0123456789-never-issued")).status).toBe(401);
  expect(gateway.upstream.received).toHaveLength(1);
});

it("an opaque token is none where the gateway verifies by itself, and nobody is asked about it", async () => {
  const token = gateway.issuer.issueOpaque({ scope: "profile:read" });
  const before = gateway.issuer.requests.introspection;
  const response = await fetch(`${gateway.url}/profile/me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(response.status).toBe(401);
  expect(gateway.issuer.requests.introspection).toBe(before);
});

it("every request asks anew, and a forged token asks nobody", async () => {
  const token = await gateway.issuer.sign(claims);
  const before = gateway.issuer.requests.introspection;
  for (let n = 0; n < 3; n += 1) await listUsers(token);
  expect(gateway.issuer.requests.introspection).toBe(before + 3);
  expect((await listUsers(`${token.slice(0, -4)}AAAA`)).status).toBe(401);
  expect((await listUsers(await gateway.issuer.sign({ ...claims, aud: "urn:mullion:api" }))).status).toBe(
    401,
  );
  expect(gateway.issuer.requests.introspection).toBe(before + 3);
});

it("while the issuer is away it answers 503 with Retry-After, and other routes go on", async () => {
  const token = await gateway.issuer.sign(claims);
  const bearer = await gateway.bearer();
  expect((await listUsers(token)).status).toBe(200);
  gateway.issuer.setDown(true);
  const response = await listUsers(token);
  expect(response.status).toBe(503);
  expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(gateway.upstream.received).toHaveLength(1);
  const other = await fetch(`${gateway.url}/profile/me`, { headers: { authorization: bearer } });
  expect(other.status).toBe(200);
});

it("one subject over its limit is no load on the issuer", async () => {
  const token = await gateway.issuer.sign({ ...claims, sub: "eager" });
  const before = gateway.issuer.requests.introspection;
  const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await listUsers(token)).status));
  expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  expect(gateway.issuer.requests.introspection).toBe(before + 50);
});
