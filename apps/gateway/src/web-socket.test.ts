import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { apiRoutes, type ServiceRoute, serviceRoutes } from "@mullion/contracts";
import { freePort } from "@mullion/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  acceptWebSocket,
  createTestGateway,
  type TestGateway,
  type TestGatewayOptions,
} from "./test-gateway.ts";

const feed = "/insights/feed";
const key = "dGhlIHNhbXBsZSBub25jZQ==";

async function setUp(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const gateway = await createTestGateway(options);
  onTestFinished(() => gateway.close());
  return gateway;
}

/** Routes with another time limit for the feed. */
function routesWithin(timeoutMs: number): ServiceRoute[] {
  return serviceRoutes(apiRoutes).map((route) => (route.path === feed ? { ...route, timeoutMs } : route));
}

interface Handshake {
  path?: string;
  authorization?: string;
  fields?: string[];
}

/** Sends a handshake as it is; a client library would tidy up what these tests are about. */
async function shake({ port }: TestGateway, { path = feed, authorization, fields = [] }: Handshake) {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const head = [
    `GET ${path} HTTP/1.1`,
    "Host: localhost",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${key}`,
    ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
    ...fields,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  return socket;
}

/** Everything up to the end of the answer's head. */
async function readHead(socket: Socket): Promise<string> {
  let head = "";
  while (!head.includes("\r\n\r\n")) head += String(((await once(socket, "data")) as [Buffer])[0]);
  return head;
}

/** A tunnel that is open: the caller's end and the service's. */
async function openTunnel(gateway: TestGateway, fields: string[] = []) {
  const reached = new Promise<{ request: IncomingMessage; service: Duplex }>((resolve) => {
    gateway.upstream.upgrade = (request, service) => {
      acceptWebSocket(service, "Sec-WebSocket-Accept: accepted", "Set-Cookie: a=1");
      resolve({ request, service });
    };
  });
  const caller = await shake(gateway, { authorization: await gateway.bearer(), fields });
  const head = await readHead(caller);
  return { caller, head, ...(await reached) };
}

describe("a handshake", () => {
  it.each([
    ["without a token", null, 401, "missing_token"],
    ["with a token that has expired", { expiresInSeconds: -120 }, 401, "expired_token"],
    ["for another resource", { aud: "urn:mullion:identity" }, 401, "invalid_token"],
    ["without the scope", { scope: "profile:read" }, 403, "insufficient_scope"],
  ])(
    "S4.2 %s is answered with a problem document, and the service hears nothing",
    async (_what, claims, status, code) => {
      const gateway = await setUp();
      const { expiresInSeconds, ...rest } = { expiresInSeconds: 600, ...claims };
      const token = await gateway.issuer.sign({ scope: "insights:read", ...rest }, { expiresInSeconds });
      const caller = await shake(gateway, claims === null ? {} : { authorization: `Bearer ${token}` });
      const answer = await text(caller);
      expect(answer).toContain(`HTTP/1.1 ${String(status)} `);
      expect(answer.toLowerCase()).toContain("\r\ncontent-type: application/problem+json");
      expect(answer.toLowerCase()).toContain("\r\nconnection: close\r\n");
      expect(answer).toContain(`"code":"${code}"`);
      expect(gateway.upstream.received).toEqual([]);
    },
  );

  it("over the subject's limit is 429", async () => {
    const gateway = await setUp({ perSubject: 1 });
    const authorization = await gateway.bearer();
    await readHead(await shake(gateway, { authorization }));
    expect(await text(await shake(gateway, { authorization }))).toContain("HTTP/1.1 429 ");
  });

  it.each([
    ["/insights/../insights/feed", 400],
    ["/nope", 404],
    ["/insights/health", 400],
  ])("of %s is %i", async (path, status) => {
    const gateway = await setUp();
    const answer = await text(await shake(gateway, { path, authorization: await gateway.bearer() }));
    expect(answer).toContain(`HTTP/1.1 ${String(status)} `);
    expect(gateway.upstream.received).toEqual([]);
  });

  it("SEC-28 takes along what a WebSocket needs and nothing that claims who the caller is", async () => {
    const gateway = await setUp();
    const { request, head } = await openTunnel(gateway, [
      "Cookie: a=1",
      "Origin: https://evil.test",
      "X-Forwarded-For: 10.0.0.1",
      "X-User-Id: admin",
      "Sec-WebSocket-Protocol: v1",
      "Sec-WebSocket-Extensions: permessage-deflate",
    ]);
    expect(Object.keys(request.headers).toSorted()).toEqual([
      ...["authorization", "connection", "host", "sec-websocket-extensions", "sec-websocket-key"],
      ...["sec-websocket-protocol", "sec-websocket-version", "upgrade", "x-request-id"],
    ]);
    expect(request.headers["sec-websocket-key"]).toBe(key);
    expect(head).toContain("HTTP/1.1 101 ");
    expect(head).toContain("sec-websocket-accept: accepted");
    expect(head.toLowerCase()).not.toContain("set-cookie");
  });

  it("that the service refuses gets the service's own answer", async () => {
    const gateway = await setUp();
    gateway.upstream.upgrade = (_request, socket) => {
      socket.end(
        "HTTP/1.1 403 Forbidden\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}",
      );
    };
    const answer = await text(await shake(gateway, { authorization: await gateway.bearer() }));
    expect(answer).toContain("HTTP/1.1 403 ");
    expect(answer).toMatch(/\r\n\r\n\{\}$/);
  });

  it("to a service that is down is 502, to one that does not answer 504", async () => {
    const away = await setUp({ upstreamUrl: `http://127.0.0.1:${String(await freePort())}` });
    const refused = await text(await shake(away, { authorization: await away.bearer() }));
    expect(refused).toContain("HTTP/1.1 502 ");
    const slow = await setUp({ routes: routesWithin(100) });
    slow.upstream.upgrade = () => undefined;
    const late = await text(await shake(slow, { authorization: await slow.bearer() }));
    expect(late).toContain("HTTP/1.1 504 ");
    expect(late).toContain('"code":"upstream_timeout"');
  });
});

describe("a WebSocket", () => {
  it("carries bytes both ways, those that came with the handshake too", async () => {
    const gateway = await setUp();
    const caller = await shake(gateway, { authorization: await gateway.bearer() });
    caller.write("early");
    let received = "";
    caller.on("data", (chunk: Buffer) => {
      received += String(chunk);
    });
    await expect.poll(() => received).toMatch(/\r\n\r\nearly$/);
    caller.write(" and late");
    await expect.poll(() => received).toMatch(/early and late$/);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain('mullion_gateway_streams{route="insights.feed"} 1');
  });

  it.each(["caller", "service"] as const)("ends on both sides when the %s goes away", async (leaving) => {
    const gateway = await setUp();
    const tunnel = await openTunnel(gateway);
    const other = leaving === "caller" ? tunnel.service : tunnel.caller;
    tunnel[leaving].destroy();
    await once(other.resume(), "end");
    const open = async () => (await gateway.metrics.streams.get()).values[0]?.value;
    await expect.poll(open).toBe(0);
  });

  it("is taken from the service no faster than the caller reads", async () => {
    const gateway = await setUp();
    const { caller, service } = await openTunnel(gateway);
    caller.pause();
    const chunk = Buffer.alloc(1024 * 1024);
    let sent = 0;
    while (service.write(chunk) || sent === 0) sent += 1;
    const full = async (): Promise<boolean> => {
      const before = service.writableLength;
      while (sent < 256 && !service.writableNeedDrain) {
        service.write(chunk);
        sent += 1;
      }
      return before > 0 && service.writableLength === before;
    };
    await expect.poll(full, { interval: 200, timeout: 10_000 }).toBe(true);
    expect(sent).toBeLessThan(64);
  });

  it("on which nothing comes for the route's time ends", async () => {
    const gateway = await setUp({ routes: routesWithin(100) });
    const { caller, service } = await openTunnel(gateway);
    await Promise.all([once(caller.resume(), "end"), once(service.resume(), "end")]);
  });

  it("ends when its time is over, and with the gateway", async () => {
    const short = await setUp({ streamLimitMs: 50 });
    await once((await openTunnel(short)).caller.resume(), "close");
    const stopping = await setUp();
    const { caller } = await openTunnel(stopping);
    const closed = once(caller.resume(), "close");
    await stopping.stop();
    await closed;
  });
});
