import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { healthReportSchema } from "@mullion/contracts";
import { createHttpService, createLogger } from "@mullion/http-service";
import { freePort } from "@mullion/testing";
import { expect, it, onTestFinished, vi } from "vitest";
import { createHealthProbe } from "./health.ts";
import { healthTargetsSchema } from "./health-targets.ts";
import { createTestService } from "./test-service.ts";

async function part(checks: Record<string, () => Promise<void>>): Promise<string> {
  const app = createHttpService({
    name: "part",
    logger: createLogger({ name: "part", level: "silent" }),
    checks,
  });
  onTestFinished(() => app.close());
  return `${await app.listen({ host: "127.0.0.1", port: 0 })}/healthz`;
}

async function rawServer(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  return `http://127.0.0.1:${String(address.port)}/healthz`;
}

it("reports each part as it answers now, and what a degraded one is without", async () => {
  const service = await createTestService({
    fine: await part({ postgres: () => Promise.resolve() }),
    limping: await part({
      postgres: () => Promise.reject(new Error("gone")),
      redis: () => Promise.resolve(),
    }),
    gone: `http://127.0.0.1:${String(await freePort())}/healthz`,
    failing: await rawServer(createServer((_request, response) => response.writeHead(500).end())),
  });
  onTestFinished(() => service.close());
  const response = await service.call("GET", "/insights/health", { scope: "insights:read" });
  const { parts } = healthReportSchema.parse(response.json());
  expect(parts).toEqual([
    { name: "fine", status: "up", latencyMs: expect.any(Number) as number, detail: null },
    {
      name: "limping",
      status: "degraded",
      latencyMs: expect.any(Number) as number,
      detail: "without postgres",
    },
    { name: "gone", status: "down", latencyMs: null, detail: "not reachable" },
    { name: "failing", status: "down", latencyMs: expect.any(Number) as number, detail: "answered 500" },
  ]);
});

it("waits a second at most, however many parts hang", async () => {
  const hanging = await rawServer(createServer(() => undefined));
  const startedAt = performance.now();
  const { parts } = await createHealthProbe({ a: hanging, b: hanging, c: hanging })();
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(parts.map(({ status }) => status)).toEqual(["down", "down", "down"]);
  expect(parts[0]).toMatchObject({ latencyMs: null, detail: "no answer within 1 s" });
});

it("probes once for all who ask within a second, and anew after it", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  let probed = 0;
  const url = await rawServer(
    createServer((request, response) => {
      if (request.url === "/healthz") probed += 1;
      response.writeHead(200).end("{}");
    }),
  );
  const probe = createHealthProbe({ part: url });
  await Promise.all([probe(), probe(), probe()]);
  await probe();
  expect(probed).toBe(1);
  vi.advanceTimersByTime(1_001);
  await probe();
  expect(probed).toBe(2);
});

it("takes its targets from a JSON object of URLs and nothing else", () => {
  expect(healthTargetsSchema.parse('{"a":"http://localhost:1/healthz"}')).toEqual({
    a: "http://localhost:1/healthz",
  });
  for (const text of ["", "[]", "{", '{"a":"file:///etc/passwd"}', '{"a":1}']) {
    expect(healthTargetsSchema.safeParse(text).success, text).toBe(false);
  }
});
