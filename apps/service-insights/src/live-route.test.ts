import { once } from "node:events";
import { createServer } from "node:http";
import { type HealthReport, healthReportSchema } from "@mullion/contracts";
import { request } from "undici";
import { expect, it, onTestFinished } from "vitest";
import { createTestService, type TestService } from "./test-service.ts";

/** A part whose health a test decides, and that counts how often it is looked at. */
async function startPart() {
  const part = { up: true, looks: 0, url: "" };
  const server = createServer((asked, response) => {
    if (asked.url === "/healthz") part.looks += 1;
    response.writeHead(part.up ? 200 : 500).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  part.url = `http://127.0.0.1:${String(address.port)}/healthz`;
  return part;
}

async function setUp(url: string, heartbeatMs = 60_000): Promise<TestService & { url: string }> {
  const service = await createTestService({ part: url }, { lookMs: 50, heartbeatMs });
  onTestFinished(() => service.close());
  return { ...service, url: await service.app.listen({ host: "127.0.0.1", port: 0 }) };
}

/** Opens the stream; `text` grows with what arrives. */
async function watch({ url, issuer }: TestService & { url: string }) {
  const headers = { authorization: `Bearer ${await issuer.sign({ scope: "insights:read" })}` };
  const answer = await request(`${url}/insights/live`, { headers });
  const stream = { answer, text: "" };
  answer.body.on("error", () => undefined);
  answer.body.on("data", (chunk: Buffer) => {
    stream.text += String(chunk);
  });
  return stream;
}

function reportsIn(text: string): HealthReport[] {
  const events = text.split("\n\n").filter((event) => event.startsWith("event: health\ndata: "));
  return events.map((event) => healthReportSchema.parse(JSON.parse(event.split("data: ")[1] ?? "")));
}

const statusesIn = (text: string): string[] => reportsIn(text).map(({ parts }) => parts[0]?.status ?? "");

it("tells the health as it is, and then each change once", async () => {
  const part = await startPart();
  const stream = await watch(await setUp(part.url));
  expect(stream.answer.headers["content-type"]).toBe("text/event-stream");
  expect(stream.answer.headers["cache-control"]).toBe("no-store");
  await expect.poll(() => statusesIn(stream.text)).toEqual(["up"]);
  part.up = false;
  await expect.poll(() => statusesIn(stream.text), { timeout: 5_000 }).toEqual(["up", "down"]);
  part.up = true;
  await expect.poll(() => statusesIn(stream.text), { timeout: 5_000 }).toEqual(["up", "down", "up"]);
});

it("keeps the connection open with a comment while nothing changes", async () => {
  const part = await startPart();
  const stream = await watch(await setUp(part.url, 30));
  await expect
    .poll(() => stream.text.split("\n\n").filter((event) => event === ": ").length)
    .toBeGreaterThan(2);
  expect(statusesIn(stream.text)).toEqual(["up"]);
});

it("looks once for all who watch, and stops when the last one has left", async () => {
  const part = await startPart();
  const service = await setUp(part.url);
  const streams = [await watch(service), await watch(service), await watch(service)];
  for (const stream of streams) await expect.poll(() => statusesIn(stream.text)).toEqual(["up"]);
  expect(part.looks).toBeLessThanOrEqual(2);
  for (const { answer } of streams) answer.body.destroy();
  const settled = async (): Promise<boolean> => {
    const before = part.looks;
    // Longer than two looks are apart, with the second that a report is kept for.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    return part.looks === before;
  };
  await expect.poll(settled, { timeout: 10_000 }).toBe(true);
});

it("ends with the service", async () => {
  const part = await startPart();
  const service = await setUp(part.url);
  const stream = await watch(service);
  await expect.poll(() => statusesIn(stream.text)).toEqual(["up"]);
  const ended = once(stream.answer.body, "end");
  await service.app.close();
  await ended;
});
