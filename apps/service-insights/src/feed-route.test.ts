import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { feedMessageSchema, type PlatformEvent } from "@mullion/contracts";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { StreamSettings } from "./server.ts";
import { createTestService, type TestService } from "./test-service.ts";

type Running = TestService & { url: string };

async function setUp(streams: Partial<StreamSettings> = {}): Promise<Running> {
  const service = await createTestService({}, streams);
  onTestFinished(() => service.close());
  return { ...service, url: await service.app.listen({ host: "127.0.0.1", port: 0 }) };
}

async function bearer({ issuer }: Running, scope = "insights:read"): Promise<string> {
  return `Bearer ${await issuer.sign({ scope })}`;
}

async function follow(service: Running, options: { autoPong?: boolean } = {}) {
  const headers = { authorization: await bearer(service) };
  const socket = new WebSocket(`${service.url}/insights/feed`, { headers, ...options });
  onTestFinished(() => {
    socket.terminate();
  });
  const messages: unknown[] = [];
  socket.on("message", (data: Buffer, isBinary) => {
    messages.push(isBinary ? data : JSON.parse(String(data)));
  });
  await once(socket, "open");
  return { socket, messages };
}

const at = new Date().toISOString();
const requests: PlatformEvent = { type: "requests", at, routeId: "profile.me", statusClass: "2xx", count: 3 };
const signIn: PlatformEvent = { type: "signin", at, userId: "ada", outcome: "success" };

function send(service: Running, events: PlatformEvent[], id: string = randomUUID()) {
  const claims = { sub: "mullion-gateway", client_id: "mullion-gateway", scope: "events:write" };
  return service.call("POST", "/insights/events", claims, { id, source: "gateway", events });
}

it("tells every follower of each event once, and of nobody who signed in", async () => {
  const service = await setUp();
  const followers = [await follow(service), await follow(service)];
  const id = randomUUID();
  await send(service, [requests, signIn], id);
  await send(service, [requests, signIn], id);
  await send(service, [{ ...requests, count: 4 }]);
  for (const { messages } of followers) {
    await expect.poll(() => messages.length).toBe(3);
    expect(messages.map((message) => feedMessageSchema.parse(message))).toEqual([
      { ...requests, source: "gateway" },
      { type: "signin", at, outcome: "success", source: "gateway" },
      { ...requests, count: 4, source: "gateway" },
    ]);
  }
});

it("S4.2 answers a handshake without a token with 401 and one without the scope with 403", async () => {
  const service = await setUp();
  for (const [headers, status] of [
    [{}, 401],
    [{ authorization: await bearer(service, "profile:read") }, 403],
  ] as const) {
    const socket = new WebSocket(`${service.url}/insights/feed`, { headers });
    const [error] = (await once(socket, "error").catch((reason: unknown) => [reason])) as [Error];
    expect(error.message).toContain(String(status));
  }
});

it("answers a plain request with 426", async () => {
  const service = await setUp();
  const headers = { authorization: await bearer(service) };
  const response = await fetch(`${service.url}/insights/feed`, { headers });
  expect(response.status).toBe(426);
  expect(response.headers.get("upgrade")).toBe("websocket");
});

it("lets a follower go that reads too slowly, with 1013, and serves the others", async () => {
  const service = await setUp({ backlogBytes: 64 * 1024 });
  const quick = await follow(service);
  const slow = await follow(service);
  const closed = once(slow.socket, "close");
  slow.socket.pause();
  const large = Array.from({ length: 1000 }, () => ({ ...requests, routeId: "x".repeat(200) }));
  let sent = 0;
  // The system's own buffers take some megabytes before the service notices.
  while (service.app.websocketServer.clients.size === 2 && sent < 200) {
    await send(service, large);
    sent += 1;
    const [first] = [...service.app.websocketServer.clients].filter(({ readyState }) => readyState > 1);
    if (first !== undefined) break;
  }
  await expect.poll(() => quick.messages.length, { timeout: 10_000 }).toBe(sent * 1000);
  slow.socket.resume();
  const [code] = (await closed) as [number];
  expect(code).toBe(1013);
  expect(quick.socket.readyState).toBe(WebSocket.OPEN);
});

it("ends a connection nobody answers on any more, and keeps one that answers", async () => {
  const service = await setUp({ pingMs: 50 });
  const alive = await follow(service);
  const dead = await follow(service, { autoPong: false });
  await once(dead.socket, "close");
  expect(alive.socket.readyState).toBe(WebSocket.OPEN);
});

it("does not read what followers send beyond a kilobyte", async () => {
  const service = await setUp();
  const { socket } = await follow(service);
  socket.send("x".repeat(2_000));
  const [code] = (await once(socket, "close")) as [number];
  expect(code).toBe(1009);
});

it("takes no handshake at any other path", async () => {
  const service = await setUp();
  const { port } = new URL(service.url);
  const raw = connect(Number(port), "127.0.0.1");
  raw.write(
    [
      "GET /insights/summary HTTP/1.1",
      "Host: localhost",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "\r\n",
    ].join("\r\n"),
  );
  const [answer] = (await once(raw, "data")) as [Buffer];
  expect(String(answer)).toContain("HTTP/1.1 401 ");
  raw.destroy();
});

it("ends its connections with the service", async () => {
  const service = await setUp();
  const { socket } = await follow(service);
  const closed = once(socket, "close");
  await service.app.close();
  await closed;
});
