import { apiAudience, type ServiceRoute } from "@mullion/contracts";
import { createTestLink, testRedisUrl } from "@mullion/testing";
import { expect, it, onTestFinished } from "vitest";
import { createTestGateway, type TestGateway, type TestGatewayOptions } from "./test-gateway.ts";

async function setUp(options: TestGatewayOptions): Promise<TestGateway> {
  const gateway = await createTestGateway(options);
  onTestFinished(() => gateway.close());
  return gateway;
}

function read({ url }: TestGateway, authorization: string): Promise<Response> {
  return fetch(`${url}/profile/me`, { headers: { authorization } });
}

it("a subject over its limit gets 429 with Retry-After on every gateway, another subject does not", async () => {
  const gateway = await setUp({ perSubject: 3 });
  const twin = await gateway.twin();
  onTestFinished(() => twin.close());
  const ada = await gateway.bearer({ sub: "ada" });
  for (const one of [gateway, twin, gateway]) expect((await read(one, ada)).status).toBe(200);
  for (const one of [gateway, twin]) {
    const response = await read(one, ada);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ code: "rate_limited" });
  }
  expect((await read(gateway, await gateway.bearer({ sub: "grace" }))).status).toBe(200);
  expect(gateway.upstream.received).toHaveLength(4);
});

it("a route with a limit of its own is counted by itself, per subject and over all gateways", async () => {
  const route: ServiceRoute = {
    ...{ id: "test.rare", method: "GET", path: "/rare", auth: "jwt", upstream: "profile", transport: "http" },
    ...{ audience: apiAudience, scope: "profile:read", timeoutMs: 1_000, bodyLimitBytes: 0 },
    ...{ accepts: [], retries: 0, ratePerMinute: 2 },
  };
  const often: ServiceRoute = { ...route, id: "test.often", path: "/often", ratePerMinute: null };
  const gateway = await setUp({ perSubject: 3, routes: [route, often] });
  const twin = await gateway.twin();
  onTestFinished(() => twin.close());
  const headers = { authorization: await gateway.bearer({ sub: "ada", scope: route.scope }) };
  const statusOf = async ({ url }: TestGateway, path: string, init: RequestInit = { headers }) =>
    (await fetch(url + path, init)).status;
  expect([await statusOf(gateway, "/rare"), await statusOf(twin, "/rare")]).toEqual([200, 200]);
  expect([await statusOf(gateway, "/rare"), await statusOf(twin, "/rare")]).toEqual([429, 429]);
  for (let n = 0; n < 3; n += 1) expect(await statusOf(gateway, "/often")).toBe(200);
  const grace = { headers: { authorization: await gateway.bearer({ sub: "grace", scope: route.scope }) } };
  expect(await statusOf(gateway, "/rare", grace)).toBe(200);
});

it("an address that keeps coming without a valid token gets 429 before its next token is looked at", async () => {
  const gateway = await setUp({ perAddress: 3 });
  const good = await gateway.bearer();
  for (let n = 0; n < 10; n += 1) expect((await read(gateway, good)).status).toBe(200);
  const statuses: number[] = [];
  for (let n = 0; n < 5; n += 1) statuses.push((await read(gateway, "Bearer x")).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  expect((await read(gateway, good)).status).toBe(429);
});

it("requests pass, counted as uncounted, while Redis is gone, and limits hold again after it", async () => {
  const link = await createTestLink(testRedisUrl());
  onTestFinished(() => link.close());
  await link.cut();
  const gateway = await setUp({ perSubject: 2, redisUrl: link.url });
  const ada = await gateway.bearer({ sub: "ada" });
  for (let n = 0; n < 5; n += 1) expect((await read(gateway, ada)).status).toBe(200);
  expect((await gateway.metrics.rateLimitSkipped.get()).values[0]?.value).toBe(5);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toContain("mullion_gateway_rate_limit_skipped_total 5");

  await link.restore();
  await expect.poll(async () => (await read(gateway, ada)).status, { timeout: 8_000 }).toBe(429);
});
