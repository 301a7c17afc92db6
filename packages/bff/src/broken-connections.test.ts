import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startTestPlatform, type TestPlatform } from "./test-platform.ts";

const expired = { issuedInMs: -600_000, expiresInMs: -1_000 };

describe("connections that break, and peers that neither speak nor leave", () => {
  let platform: TestPlatform;
  /** The gateway's ends of handshakes that it leaves unanswered. */
  const handshakes: Socket[] = [];
  beforeAll(async () => {
    platform = await startTestPlatform();
    platform.gateway.on("upgrade", (_request, socket: Socket) => {
      handshakes.push(socket);
      socket.on("error", () => undefined).on("end", () => socket.destroy());
      socket.resume();
    });
  });
  afterAll(async () => {
    await platform.close();
  });
  beforeEach(() => {
    handshakes.length = 0;
    platform.received.length = 0;
    platform.state.before = async () => undefined;
  });

  const connections = async (): Promise<number> =>
    new Promise((resolve, reject) => {
      platform.fronts[0].app.server.getConnections((error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });

  /** Leaves its end of the connection open whatever the other side does. */
  const shakeHands = (sid: string): Socket => {
    const { host, hostname, port } = new URL(platform.fronts[0].url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined);
    socket.write(
      `GET /api/bff/insights/feed HTTP/1.1\r\nhost: ${host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\norigin: http://shell.test\r\ncookie: sid=${sid}\r\n\r\n`,
    );
    return socket;
  };

  it("a refused handshake leaves no connection behind, whether or not its client closes", async () => {
    const before = await connections();
    const socket = shakeHands("x".repeat(43));
    socket.resume();
    await once(socket, "end");
    await expect.poll(connections).toBe(before);
  });

  it("a browser that leaves during its handshake ends the one at the gateway", async () => {
    const socket = shakeHands(await platform.signIn());
    await expect.poll(() => handshakes.length).toBe(1);
    socket.end();
    await expect.poll(() => handshakes[0]?.destroyed).toBe(true);
    expect(platform.fronts[0].streams.size).toBe(0);
  });

  it("handshakes that nobody has answered count as streams: the gateway hears of no more than may be open", async () => {
    const sid = await platform.signIn();
    const sockets = Array.from({ length: 51 }, () => shakeHands(sid));
    const refused = await Promise.race(
      sockets.map(async (socket) => String((await once(socket, "data")) as [Buffer])),
    );
    expect(refused).toMatch(/^HTTP\/1\.1 429 /);
    await expect.poll(() => handshakes.length).toBe(50);
  });

  it("a browser that leaves while its token is refreshed leaves no stream behind, and the gateway is not asked", async () => {
    const sid = await platform.signIn(expired);
    const refresh = Promise.withResolvers<undefined>();
    platform.state.before = () => refresh.promise;
    const begun = platform.state.refreshes;
    const { server } = platform.fronts[0].app;
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const { host, hostname, port } = new URL(platform.fronts[0].url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `GET /api/bff/insights/live HTTP/1.1\r\nhost: ${host}\r\nx-mullion-csrf: 1\r\ncookie: sid=${sid}\r\n\r\n`,
    );
    const [far] = await accepted;
    await expect.poll(() => platform.state.refreshes).toBe(begun + 1);
    socket.destroy();
    await once(far, "close");
    refresh.resolve(undefined);
    // One refresh for both: the first has had its turn when the second is answered.
    expect((await platform.call(sid)).status).toBe(200);
    expect(platform.received.map(({ url }) => url)).toEqual(["/profile/me"]);
    expect(platform.fronts[0].streams.size).toBe(0);
  });

  it("open event streams, however many, leave other calls their connections", async () => {
    platform.setGatewayAnswer((request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (request.url === "/insights/live") response.write("event: health\ndata: {}\n\n");
      else response.end();
    });
    const sids = [await platform.signIn(), await platform.signIn()];
    const aborted = new AbortController();
    onTestFinished(() => {
      aborted.abort();
    });
    // The pool of the calls has 64 connections.
    const streams = await Promise.all(
      sids.flatMap((sid) =>
        Array.from({ length: 40 }, () => platform.call(sid, "/insights/live", { signal: aborted.signal })),
      ),
    );
    expect(streams.every(({ status }) => status === 200)).toBe(true);
    const signal = AbortSignal.timeout(2_000);
    expect((await platform.call(sids[0] ?? "", "/profile/me", { signal })).status).toBe(200);
  });

  it("a front that closes opens no further stream, also none that was on its way", async () => {
    const leaving = await startTestPlatform();
    onTestFinished(() => leaving.close());
    const sid = await leaving.signIn();
    leaving.fronts[0].streams.close();
    expect((await leaving.call(sid, "/insights/live")).status).toBe(503);
    expect(leaving.fronts[0].streams.size).toBe(0);
  });
});
