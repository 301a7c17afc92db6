import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { apiRoutes, type ServiceRoute, serviceRoutes } from "@mullion/contracts";
import { request as send } from "undici";
import { expect, it, onTestFinished } from "vitest";
import { createTestGateway, type TestGateway, type TestGatewayOptions } from "./test-gateway.ts";

async function setUp(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const gateway = await createTestGateway(options);
  onTestFinished(() => gateway.close());
  return gateway;
}

/** A stream that is open: the answer as the caller has it, and the service's end. */
async function openStream(gateway: TestGateway) {
  const reached = new Promise<ServerResponse>((resolve) => {
    gateway.upstream.handle = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("event: health\ndata: {}\n\n");
      resolve(response);
    };
  });
  const headers = { authorization: await gateway.bearer(), "last-event-id": "7" };
  const answer = await send(`${gateway.url}/insights/live`, { method: "GET", headers });
  answer.body.on("error", () => undefined);
  return { answer, service: await reached };
}

function routesWithin(timeoutMs: number): ServiceRoute[] {
  return serviceRoutes(apiRoutes).map((route) =>
    route.transport === "sse" ? { ...route, timeoutMs } : route,
  );
}

it("passes each event on as it comes, and the id of the last one to the service", async () => {
  const gateway = await setUp();
  const { answer, service } = await openStream(gateway);
  expect(answer.headers["content-type"]).toBe("text/event-stream");
  expect(String(((await once(answer.body, "data")) as [Buffer])[0])).toContain("event: health");
  service.write(": \n\n");
  expect(String(((await once(answer.body, "data")) as [Buffer])[0])).toBe(": \n\n");
  expect(gateway.upstream.received[0]?.headers["last-event-id"]).toBe("7");
  expect((await gateway.metrics.streams.get()).values[0]?.value).toBe(1);
});

it("ends the service's side when the caller leaves", async () => {
  const gateway = await setUp();
  const { answer, service } = await openStream(gateway);
  answer.body.destroy();
  await once(service, "close");
  await expect.poll(async () => (await gateway.metrics.streams.get()).values[0]?.value).toBe(0);
});

it("outlives the route's time as long as something comes, and ends when nothing does", async () => {
  const gateway = await setUp({ routes: routesWithin(1_500) });
  const { answer, service } = await openStream(gateway);
  const startedAt = performance.now();
  const beat = setInterval(() => service.write(": \n\n"), 300);
  answer.body.resume();
  const closed = new Promise((resolve) => answer.body.once("close", resolve));
  await expect.poll(() => performance.now() - startedAt, { timeout: 5_000 }).toBeGreaterThan(3_000);
  expect(answer.body.destroyed).toBe(false);
  clearInterval(beat);
  await closed;
});

it("ends like a stream that is over when its time is, and with the gateway", async () => {
  const short = await setUp({ streamLimitMs: 50 });
  const { answer, service } = await openStream(short);
  expect(await answer.body.text()).toContain("event: health");
  await once(service, "close");

  const stopping = await setUp();
  const other = await openStream(stopping);
  const received = other.answer.body.text();
  await stopping.stop();
  expect(await received).toContain("event: health");
});
