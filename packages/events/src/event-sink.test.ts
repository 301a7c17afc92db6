import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { type EventBatch, eventBatchSchema, type PlatformEvent } from "@mullion/contracts";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createEventSink, type EventSink, type EventSinkOptions } from "./event-sink.ts";

interface Service {
  url: string;
  batches: EventBatch[];
  requests: IncomingMessage[];
  /** What to answer next; 200 when empty. 0 hangs up without an answer. */
  answers: number[];
}

async function createService(): Promise<Service> {
  const service: Service = { url: "", batches: [], requests: [], answers: [] };
  const server = createServer((request, response) => {
    service.requests.push(request);
    void json(request).then((body) => {
      service.batches.push(eventBatchSchema.parse(body));
      const status = service.answers.shift() ?? 200;
      if (status === 0) request.socket.destroy();
      else response.writeHead(status).end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  service.url = `http://127.0.0.1:${String(address.port)}`;
  return service;
}

const logger = { warn: vi.fn(), error: vi.fn() };

function sinkTo({ url }: Pick<Service, "url">, options: Partial<EventSinkOptions> = {}): EventSink {
  const getToken = () => Promise.resolve("token-1");
  const sink = createEventSink({ url, source: "test", getToken, logger, delayMs: 5, retryMs: 5, ...options });
  onTestFinished(() => sink.close());
  return sink;
}

function requests(count: number): PlatformEvent {
  return {
    type: "requests",
    at: "2026-11-21T00:00:00.000Z",
    routeId: "profile.me",
    statusClass: "2xx",
    count,
  };
}

function countsOf(batches: readonly EventBatch[]): number[] {
  return batches.flatMap(({ events }) =>
    events.map((event) => (event.type === "requests" ? event.count : 0)),
  );
}

describe("delivery", () => {
  it("collects events that come together into one batch, with the client's token", async () => {
    const service = await createService();
    const sink = sinkTo(service);
    for (const count of [1, 2, 3]) sink.emit(requests(count));
    await expect.poll(() => countsOf(service.batches)).toEqual([1, 2, 3]);
    expect(service.batches).toHaveLength(1);
    expect(service.requests[0]).toMatchObject({ method: "POST", url: "/insights/events" });
    expect(service.requests[0]?.headers.authorization).toBe("Bearer token-1");
  });

  it.each([0, 401, 429, 500, 503])("sends a batch again under the same id after %i", async (failure) => {
    const service = await createService();
    service.answers = [failure, failure];
    const sink = sinkTo(service);
    sink.emit(requests(1));
    await expect.poll(() => service.batches.length).toBe(3);
    expect(new Set(service.batches.map(({ id }) => id)).size).toBe(1);
    sink.emit(requests(2));
    await expect.poll(() => service.batches.length).toBe(4);
    expect(countsOf(service.batches)).toEqual([1, 1, 1, 2]);
    expect(service.batches[3]?.id).not.toBe(service.batches[0]?.id);
  });

  it.each([400, 413])("gives a batch up after %i and goes on with the next", async (refusal) => {
    const service = await createService();
    service.answers = [refusal];
    const sink = sinkTo(service);
    sink.emit(requests(1));
    await expect.poll(() => service.batches.length).toBe(1);
    sink.emit(requests(2));
    await expect.poll(() => countsOf(service.batches)).toEqual([1, 2]);
  });

  it("tries again when no token could be had", async () => {
    const service = await createService();
    const getToken = vi.fn(() => Promise.resolve("token-2"));
    getToken.mockRejectedValueOnce(new Error("identity is down"));
    sinkTo(service, { getToken }).emit(requests(1));
    await expect.poll(() => countsOf(service.batches)).toEqual([1]);
    expect(getToken).toHaveBeenCalledTimes(2);
  });
});

describe("bounds", () => {
  it("keeps the newest events while nobody takes them, a thousand to a batch", async () => {
    const service = await createService();
    const sink = sinkTo(service, { maxBuffered: 1_500, delayMs: 60_000 });
    for (let count = 1; count <= 2_000; count += 1) sink.emit(requests(count));
    await sink.close();
    expect(service.batches.map(({ events }) => events.length)).toEqual([1_000, 500]);
    expect(countsOf(service.batches)[0]).toBe(501);
    expect(countsOf(service.batches).at(-1)).toBe(2_000);
  });

  it("delivers what is left when it closes, and does not hang when it cannot", async () => {
    const service = await createService();
    const sink = sinkTo(service, { delayMs: 60_000 });
    sink.emit(requests(7));
    await sink.close();
    expect(countsOf(service.batches)).toEqual([7]);

    const nowhere = sinkTo({ url: "http://127.0.0.1:1" }, { delayMs: 60_000 });
    nowhere.emit(requests(8));
    await expect(nowhere.close()).resolves.toBeUndefined();
  });
});
