import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestPlatform, type TestPlatform } from "./test-platform.ts";

const origin = "http://shell.test";

describe("streams through two fronts", () => {
  let platform: TestPlatform;
  /** Answers of the gateway to event streams that are still open. */
  const events: ServerResponse[] = [];
  /** The gateway's ends of WebSockets. */
  const sockets: Duplex[] = [];

  beforeAll(async () => {
    platform = await startTestPlatform({ fronts: 2, recheckEveryMs: 200, idleTimeoutMs: 60_000 });
    platform.setGatewayAnswer((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("event: health\ndata: {}\n\n");
      events.push(response);
    });
    platform.gateway.on("upgrade", (request, socket: Duplex, head: Buffer) => {
      sockets.push(socket);
      // An HTTP server's sockets stay half open until both sides have ended.
      socket.on("error", () => undefined).on("end", () => socket.destroy());
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\nset-cookie: leak=1\r\n\r\nauthorization is ${String(request.headers.authorization)}, cookie is ${String(request.headers.cookie)};`,
      );
      if (head.length > 0) socket.write(head);
    });
  });
  afterAll(async () => {
    await platform.close();
  });
  beforeEach(() => {
    events.length = 0;
    sockets.length = 0;
  });

  const openEvents = async (sid: string, front: 0 | 1): Promise<ReadableStreamDefaultReader<Uint8Array>> => {
    const headers = { "x-mullion-csrf": "1", cookie: `sid=${sid}` };
    const url = platform.fronts[front]?.url ?? "";
    const response = await fetch(`${url}/api/bff/insights/live`, { headers });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    const reader = response.body?.getReader();
    if (reader === undefined) throw new Error("no body");
    await reader.read();
    return reader;
  };

  const handshake = (sid: string | null, headers: Readonly<Record<string, string>> = {}): Socket => {
    const url = new URL(platform.fronts[0].url);
    const socket = connect(Number(url.port), url.hostname);
    const fields = {
      host: url.host,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      origin,
      ...(sid === null ? {} : { cookie: `sid=${sid}` }),
      ...headers,
    };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
    socket.write(`GET /api/bff/insights/feed HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    return socket;
  };

  const readUntil = async (socket: Socket, wanted: string): Promise<string> => {
    let text = "";
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      text += chunk.toString();
      if (text.includes(wanted)) break;
    }
    return text;
  };

  it("P15 a session ended at one front closes its event streams at the other, and nobody else's", async () => {
    const [mine, theirs] = [await platform.signIn(), await platform.signIn()];
    const reader = await openEvents(mine, 1);
    const other = await openEvents(theirs, 1);
    await platform.fronts[0].store.delete(mine);
    await expect(reader.read()).rejects.toThrow();
    await expect.poll(() => events[0]?.destroyed).toBe(true);
    events[1]?.write("event: health\ndata: {}\n\n");
    expect((await other.read()).done).toBe(false);
    await other.cancel();
    await expect.poll(() => platform.fronts[1]?.streams.size).toBe(0);
  });

  it("P15 a session that expires, which nobody announces, closes its streams too", async () => {
    const sid = await platform.signIn();
    const reader = await openEvents(sid, 0);
    await platform.expire(sid);
    await expect(reader.read()).rejects.toThrow();
  });

  it("a browser that leaves ends the stream at the gateway", async () => {
    const reader = await openEvents(await platform.signIn(), 0);
    await reader.cancel();
    await expect.poll(() => events[0]?.destroyed).toBe(true);
    expect(platform.fronts[0].streams.size).toBe(0);
  });

  it("an event stream does not wait: each event passes when it is written", async () => {
    const reader = await openEvents(await platform.signIn(), 0);
    for (const text of ["data: 1\n\n", "data: 2\n\n"]) {
      events[0]?.write(text);
      expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe(text);
    }
    await reader.cancel();
  });

  it("a WebSocket carries the session's token to the gateway, no cookie, and nothing back but the handshake", async () => {
    const socket = handshake(await platform.signIn());
    const text = await readUntil(socket, ";");
    expect(text).toMatch(/^HTTP\/1\.1 101 /);
    expect(text).toContain("authorization is Bearer access-0, cookie is undefined;");
    expect(text.toLowerCase()).toContain("sec-websocket-accept: x");
    expect(text).not.toContain("leak");
    socket.write("ping");
    await expect.poll(() => String(sockets[0]?.read() ?? "")).toBe("ping");
    socket.destroy();
    sockets[0]?.resume();
    await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  });

  it("P15 a WebSocket ends with its session", async () => {
    const sid = await platform.signIn();
    const socket = handshake(sid);
    await readUntil(socket, ";");
    const closed = once(socket, "close");
    await platform.fronts[1]?.store.delete(sid);
    socket.resume();
    await closed;
    sockets[0]?.resume();
    await expect.poll(() => sockets[0]?.destroyed).toBe(true);
  });

  it("a WebSocket whose reader is slow holds its writer back", async () => {
    const socket = handshake(await platform.signIn());
    await readUntil(socket, ";");
    socket.pause();
    const far = sockets[0];
    const chunk = Buffer.alloc(1_048_576);
    let written = 0;
    // What the kernel's and the streams' buffers hold is far below this; a front that buffered would take it all.
    while (written < 256 && far?.write(chunk) === true) written += 1;
    await expect.poll(() => far?.writableNeedDrain).toBe(true);
    expect(written).toBeLessThan(256);
    socket.destroy();
  });

  it.each([
    ["SEC-16 a foreign Origin", { origin: "https://evil.test" }, 403],
    ["SEC-16 no Origin", { origin: "" }, 403],
    ["SEC-16 Sec-Fetch-Site: cross-site", { "sec-fetch-site": "cross-site" }, 403],
    ["an invented session", { cookie: `sid=${"x".repeat(43)}` }, 401],
  ])("a handshake with %s is refused", async (_name, headers, status) => {
    const socket = handshake(await platform.signIn(), headers);
    expect(await readUntil(socket, "requestId")).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(sockets).toHaveLength(0);
    socket.destroy();
  });

  it("a WebSocket route asked for without an upgrade is 426", async () => {
    const answer = await platform.call(await platform.signIn(), "/insights/feed");
    expect([answer.status, answer.headers.get("upgrade")]).toEqual([426, "websocket"]);
  });

  it("a session may not open streams without end", async () => {
    const sid = await platform.signIn();
    const readers = await Promise.all(Array.from({ length: 50 }, async () => openEvents(sid, 0)));
    const headers = { "x-mullion-csrf": "1", cookie: `sid=${sid}` };
    const oneMore = await fetch(`${platform.fronts[0].url}/api/bff/insights/live`, { headers });
    expect(oneMore.status).toBe(429);
    await Promise.all(readers.map((reader) => reader.cancel()));
  });
});
