import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import { findNginx } from "@mullion/local";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answerTo, artifactsHost, shellHost, startTestEdge, type TestEdge } from "./test-edge.ts";

const nginx = await findNginx();
let edge: TestEdge;

describe.skipIf(nginx === null)("the edge lets through", () => {
  beforeAll(async () => {
    if (nginx !== null) edge = await startTestEdge(nginx);
  });
  afterAll(() => edge.stop());
  beforeEach(() => {
    edge.reset();
  });

  describe("what passes", () => {
    it("SEC-28 comes with the address, scheme and host that the edge saw, and with no other", async () => {
      await edge.get(shellHost, "/dashboard", {
        ...{ "x-forwarded-for": "6.6.6.6", "x-forwarded-host": "evil.test", "x-forwarded-proto": "gopher" },
        ...{
          "x-forwarded-port": "1",
          forwarded: "for=6.6.6.6",
          "x-real-ip": "6.6.6.6",
          x_forwarded_for: "6.6.6.6",
        },
      });
      const { headers } = edge.shell.seen[0] ?? {};
      expect(headers).toMatchObject({
        ...{ host: shellHost, "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http" },
        "x-forwarded-host": shellHost,
      });
      expect(JSON.stringify(headers)).not.toMatch(/6\.6\.6\.6|evil|gopher|x-forwarded-port|x-real-ip/);
    });

    it("is for the two hosts and no other", async () => {
      expect((await edge.get("evil.test", "/dashboard")).status).toBe(421);
      expect((await edge.get(`${shellHost}.evil.test`, "/")).status).toBe(421);
      expect(edge.shell.seen).toEqual([]);
    });

    it("an event arrives while the stream goes on, and the front hears when the visitor leaves", async () => {
      const left = Promise.withResolvers<null>();
      edge.shell.answer = (_request, response) => {
        response.on("close", () => left.resolve(null));
        response.writeHead(200, { "content-type": "text/event-stream" }).write("data: first\n\n");
      };
      const sent = edge.send(shellHost, "/api/events");
      const [response] = (await once(sent.end(), "response")) as [IncomingMessage];
      const [chunk] = (await once(response, "data")) as [Buffer];
      expect(chunk.toString()).toBe("data: first\n\n");
      sent.destroy();
      await left.promise;
    });

    it("an upload reaches the front while it is being sent, and has no limit here", async () => {
      const first = Promise.withResolvers<string>();
      edge.shell.answer = (incoming, response) => {
        incoming.once("data", (chunk: Buffer) => first.resolve(chunk.toString().slice(0, 5)));
        let bytes = 0;
        incoming.on("data", (chunk: Buffer) => (bytes += chunk.length));
        incoming.on("end", () => response.end(String(bytes)));
      };
      const sent = edge.send(shellHost, "/api/bff/upload", { method: "POST" });
      sent.write("begin");
      expect(await first.promise).toBe("begin");
      sent.write(Buffer.alloc(8 * 1024 * 1024));
      expect((await answerTo(sent)).body).toBe(String(5 + 8 * 1024 * 1024));
    });

    it("a WebSocket is opened, and an upgrade header alone opens nothing else", async () => {
      const socket = connect(edge.port, "127.0.0.1");
      edge.shell.answer = (_request, response) => response.end();
      socket.write(
        [
          `GET /api/socket HTTP/1.1`,
          `Host: ${shellHost}`,
          "Connection: Upgrade",
          "Upgrade: websocket",
          "",
          "",
        ].join("\r\n"),
      );
      await expect.poll(() => edge.shell.seen[0]?.headers.upgrade).toBe("websocket");
      expect(edge.shell.seen[0]?.headers.connection).toBe("upgrade");
      socket.destroy();
      await edge.get(shellHost, "/dashboard");
      expect(edge.shell.seen.at(-1)?.headers.connection).not.toBe("upgrade");
    });

    it("uses connections again", async () => {
      for (let number = 0; number < 20; number += 1) await edge.get(shellHost, "/dashboard");
      const before = edge.shell.connections();
      for (let number = 0; number < 20; number += 1) await edge.get(shellHost, "/dashboard");
      expect(edge.shell.connections() - before).toBeLessThanOrEqual(1);
    });

    it("a front that is away is 503, to be tried again and not kept", async () => {
      await edge.shell.stop();
      expect(await edge.get(shellHost, "/dashboard")).toMatchObject({
        status: 503,
        headers: { "retry-after": "2", "cache-control": "no-store" },
      });
      await edge.shell.start();
    });
  });

  describe("SEC-30 a request in two readings", () => {
    const head = ["POST /api/x HTTP/1.1", `Host: ${shellHost}`, "Connection: close"];

    it.each([
      ["two lengths", ["Content-Length: 4", "Content-Length: 5", "", "abcde"]],
      [
        "a length and chunks",
        ["Content-Length: 4", "Transfer-Encoding: chunked", "", "0", "", "GET /x HTTP/1.1", "", ""],
      ],
      ["an encoding that is none", ["Transfer-Encoding: xchunked", "", "0", "", ""]],
      ["two encodings", ["Transfer-Encoding: chunked", "Transfer-Encoding: identity", "", "0", "", ""]],
      ["a length that is none", ["Content-Length: +4", "", "abcd"]],
      ["two hosts", [`Host: ${artifactsHost}`, "Content-Length: 0", "", ""]],
    ])("is refused: %s", async (_what, lines) => {
      expect(await edge.raw([...head, ...lines])).toMatch(/^HTTP\/1\.1 (400|501) /);
      expect(edge.shell.seen).toEqual([]);
    });

    it("SEC-31 TRACE is refused", async () => {
      expect(await edge.raw(["TRACE / HTTP/1.1", `Host: ${shellHost}`, "Connection: close", "", ""])).toMatch(
        /^HTTP\/1\.1 405 /,
      );
    });
  });
});
