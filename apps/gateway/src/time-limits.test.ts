import { Readable } from "node:stream";
import { apiAudience, type ServiceRoute } from "@mullion/contracts";
import { request as send } from "undici";
import { expect, it, onTestFinished } from "vitest";
import { createTestGateway, type TestGateway } from "./test-gateway.ts";

async function setUp(
  timeoutMs: number,
): Promise<{ gateway: TestGateway; authorization: string; url: string }> {
  const route: ServiceRoute = {
    ...{ id: "test.timed", method: "POST", path: "/timed", auth: "jwt", upstream: "profile" },
    ...{ audience: apiAudience, scope: "profile:write", transport: "http", retries: 0, ratePerMinute: null },
    ...{ timeoutMs, bodyLimitBytes: 1_000, accepts: ["application/json"] },
  };
  const gateway = await createTestGateway({ routes: [route] });
  onTestFinished(() => gateway.close());
  const authorization = await gateway.bearer({ scope: route.scope });
  return { gateway, authorization, url: `${gateway.url}${route.path}` };
}

it("an answer may take longer than the route's time while it goes on", async () => {
  const { gateway, authorization, url } = await setUp(1_000);
  gateway.upstream.handle = (request, response) => {
    request.resume();
    let left = 5;
    const timer = setInterval(() => {
      response.write("x");
      left -= 1;
      if (left > 0) return;
      clearInterval(timer);
      response.end();
    }, 300);
  };
  const response = await fetch(url, { method: "POST", headers: { authorization }, body: "{}" });
  expect(await response.text()).toBe("xxxxx");
});

it("does not wait for a body that does not come", async () => {
  const { gateway, authorization, url } = await setUp(100);
  gateway.upstream.handle = (request) => request.resume();
  const body = new Readable({ read: () => undefined });
  body.push("x");
  const response = await send(url, { method: "POST", headers: { authorization }, body });
  expect(response.statusCode).toBe(408);
  body.destroy();
});
