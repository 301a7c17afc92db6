import { apiRoutes, serviceRoutes } from "@mullion/contracts";
import { forgedAccessTokens } from "@mullion/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestService, type TestService } from "./test-service.ts";

const scope = "insights:read insights:write events:write";

let service: TestService;

beforeAll(async () => {
  service = await createTestService();
});

afterAll(() => service.close());

it("SEC-50 S0.7 service-insights itself refuses every forged access token with 401", async () => {
  for (const { name, token } of await forgedAccessTokens(service.issuer, { scope })) {
    const headers = { authorization: `Bearer ${token}` };
    const response = await service.app.inject({ method: "GET", url: "/insights/summary", headers });
    expect(response.statusCode, name).toBe(401);
    expect(response.headers["www-authenticate"], name).toContain('error="invalid_token"');
  }
});

const routes = [
  ...serviceRoutes(apiRoutes).filter(({ upstream }) => upstream === "insights"),
  { id: "insights.events", method: "POST", path: "/insights/events", scope: "events:write" },
] as const;

it.each(routes)("S4.2 $id answers 401 without a token and 403 without its scope", async (route) => {
  const method = route.method === "GET" ? "GET" : "POST";
  expect((await service.call(method, route.path, null)).statusCode).toBe(401);
  const others = { scope: scope.replace(route.scope, "") };
  const refused = await service.call(method, route.path, others);
  expect(refused.statusCode).toBe(403);
  expect(refused.headers["www-authenticate"]).toContain(`scope="${route.scope}"`);
});

it.each(["/insights/annotations", "/insights/events"])(
  "S4.1 POST %s looks at the token before the body: 401, 403, and only then 400",
  async (url) => {
    const status = async (claims?: { scope: string }): Promise<number> => {
      const token = claims && (await service.issuer.sign(claims));
      const headers = {
        "content-type": "application/json",
        ...(token && { authorization: `Bearer ${token}` }),
      };
      return (await service.app.inject({ method: "POST", url, headers, payload: "{" })).statusCode;
    };
    expect(await status()).toBe(401);
    expect(await status({ scope: "insights:read" })).toBe(403);
    expect(await status({ scope })).toBe(400);
  },
);
