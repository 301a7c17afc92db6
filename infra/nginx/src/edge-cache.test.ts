import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";
import { findNginx } from "@mullion/local";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answerTo, artifactsHost, immutable, shellHost, startTestEdge, type TestEdge } from "./test-edge.ts";

const nginx = await findNginx();
let edge: TestEdge;

let file = 0;

/** A path that no test has asked for. */
function fresh(prefix: string): string {
  file += 1;
  return `${prefix}/chunk-${String(file)}.js`;
}

const artifact = (): string => fresh("/artifacts/dashboard/1.0.0-aaaaaa/_next/static/chunks");

describe.skipIf(nginx === null)("the edge keeps", () => {
  beforeAll(async () => {
    if (nginx !== null) edge = await startTestEdge(nginx);
  });
  afterAll(() => edge.stop());
  beforeEach(() => {
    edge.reset();
  });

  describe("files of remotes", () => {
    it("S0.9 are served from the cache while the registry is down", async () => {
      const path = artifact();
      expect(await edge.get(artifactsHost, path)).toMatchObject({ status: 200, body: "file" });
      await edge.registry.stop();
      const again = await edge.get(artifactsHost, path);
      expect(again).toMatchObject({ status: 200, body: "file", headers: { "x-cache": "HIT" } });
      expect(again.headers["cache-control"]).toBe(immutable);
      const other = await edge.get(artifactsHost, artifact());
      expect(other).toMatchObject({
        status: 503,
        headers: { "cache-control": "no-store", "retry-after": "2" },
      });
      expect(other.headers["access-control-allow-origin"]).toBe("*");
      await edge.registry.start();
    });

    it("S0.9 are kept once for each encoding, however browsers spell what they accept", async () => {
      const path = artifact();
      edge.registry.answer = ({ headers }, response) => {
        const encoding = headers["accept-encoding"];
        response.writeHead(200, {
          "cache-control": immutable,
          vary: "Accept-Encoding",
          ...(encoding === undefined ? {} : { "content-encoding": encoding }),
        });
        response.end(encoding ?? "identity");
      };
      const encodings = [
        "gzip, deflate, br, zstd",
        "br",
        "br;q=1.0, gzip;q=0.8",
        "gzip, br;q=0",
        "gzip",
        "deflate",
      ];
      const bodies = [];
      for (const accepted of encodings) {
        const { body, headers } = await edge.get(artifactsHost, path, { "accept-encoding": accepted });
        expect(headers.vary, accepted).toBe("Accept-Encoding");
        bodies.push(body);
      }
      expect(bodies).toEqual(["br", "br", "br", "gzip", "gzip", "identity"]);
      expect(edge.registry.seen).toHaveLength(3);
    });

    it("S0.9 are asked for once, however many want them at the same moment", async () => {
      const path = artifact();
      const waiting = Promise.withResolvers<null>();
      edge.registry.answer = (_request, response) => {
        void waiting.promise.then(() => response.writeHead(200, { "cache-control": immutable }).end("file"));
      };
      const answers = Array.from({ length: 20 }, () => edge.get(artifactsHost, path));
      await expect.poll(() => edge.registry.seen.length).toBe(1);
      waiting.resolve(null);
      expect((await Promise.all(answers)).every(({ body }) => body === "file")).toBe(true);
      expect(edge.registry.seen).toHaveLength(1);
    });

    it("S0.9 are served stale when they have expired and the registry fails", async () => {
      const path = artifact();
      edge.registry.answer = (_request, response) =>
        response.writeHead(200, { "cache-control": "max-age=1" }).end("old");
      await edge.get(artifactsHost, path);
      edge.registry.answer = (_request, response) => response.writeHead(500).end("broken");
      await expect
        .poll(async () => (await edge.get(artifactsHost, path)).headers["x-cache"], { timeout: 5_000 })
        .toMatch(/STALE|UPDATING/);
      expect((await edge.get(artifactsHost, path)).body).toBe("old");
    });

    it("that are missing are asked for again", async () => {
      const path = artifact();
      edge.registry.answer = (_request, response) =>
        response.writeHead(404, { "cache-control": "no-store" }).end();
      expect((await edge.get(artifactsHost, path)).status).toBe(404);
      edge.registry.answer = (_request, response) =>
        response.writeHead(200, { "cache-control": immutable }).end("file");
      expect((await edge.get(artifactsHost, path)).status).toBe(200);
    });

    it("are all that this host has: the registry's API is not reachable, and nothing can be written", async () => {
      for (const path of ["/", "/channels/production", "/registry/remotes", "/blobs/00"]) {
        expect((await edge.get(artifactsHost, path)).status, path).toBe(404);
      }
      expect((await answerTo(edge.send(artifactsHost, artifact(), { method: "PUT" }))).status).toBe(403);
      expect(edge.registry.seen).toEqual([]);
    });
  });

  describe("the cache", () => {
    it("cannot be poisoned by headers, cookies or queries: none of them reaches the registry", async () => {
      const path = artifact();
      await edge.get(artifactsHost, `${path}?t=evil`, {
        ...{ cookie: "sid=canary", authorization: "Bearer canary", origin: "https://evil.test" },
        ...{ "x-forwarded-host": "evil.test", "x-original-url": "/evil", range: "bytes=0-1" },
      });
      const [seen] = edge.registry.seen;
      expect(seen?.url).toBe(path);
      expect(seen?.headers).toEqual({ host: artifactsHost });
      expect((await edge.get(artifactsHost, path)).headers["x-cache"]).toBe("HIT");
    });

    it("keeps nothing under another name than the one it was asked for by", async () => {
      for (const path of [
        "/artifacts/a/..%2f..%2fchannels",
        "/artifacts/a/%2e%2e/%2e%2e/blobs/00",
        "/artifacts/a/%61.js",
        "/artifacts/a//b.js",
        "/artifacts/a/b.js%00",
        "/artifacts/a\\b.js",
        "/x/../artifacts/a/b.js",
      ]) {
        const answer = await edge.get(artifactsHost, path);
        expect([400, 404], path).toContain(answer.status);
      }
      expect(edge.registry.seen).toEqual([]);
    });

    it("SEC-8 never keeps what sets a cookie, wherever it is", async () => {
      const path = fresh("/_next/static/chunks");
      for (const [host, upstream, at] of [
        [shellHost, edge.shell, path],
        [artifactsHost, edge.registry, artifact()],
      ] as const) {
        upstream.answer = (_request, response) =>
          response.writeHead(200, { "cache-control": immutable, "set-cookie": "sid=1" }).end();
        await edge.get(host, at);
        await edge.get(host, at);
        expect(upstream.seen, host).toHaveLength(2);
      }
    });

    it("S0.9 never keeps a page or an answer of the API, whatever they say of themselves", async () => {
      for (const path of ["/", "/dashboard", "/api/bff/profile/me", "/_next/data/build/dashboard.json"]) {
        edge.shell.seen.length = 0;
        expect((await edge.get(shellHost, path)).headers["x-cache"]).toBeUndefined();
        await edge.get(shellHost, path);
        expect(edge.shell.seen, path).toHaveLength(2);
      }
    });
  });

  describe("files of the shell", () => {
    it("S0.9 are asked for without the visitor's cookie, and kept once for each encoding", async () => {
      const path = "/_next/static/chunks/pages/%5B%5B...path%5D%5D-0123456789abcdef.js";
      edge.shell.answer = ({ headers }, response) => {
        const encoding = headers["accept-encoding"];
        const encoded = encoding === undefined ? {} : { "content-encoding": encoding };
        response.writeHead(200, { "cache-control": immutable, vary: "Accept-Encoding", ...encoded });
        response.end(encoding ?? "identity");
      };
      const bodies = [];
      for (const accepted of ["gzip, deflate, br, zstd", "br", "gzip, br;q=0", "gzip", "deflate"]) {
        const headers = { cookie: "sid=canary", "accept-encoding": accepted };
        const answer = await edge.get(shellHost, path, headers);
        expect(answer.headers.vary, accepted).toBe("Accept-Encoding");
        bodies.push(answer.body);
      }
      expect(bodies).toEqual(["br", "br", "gzip", "gzip", "identity"]);
      expect(edge.shell.seen).toHaveLength(3);
      expect(edge.shell.seen.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined, undefined]);
    });

    it("S0.9 are compressed on their way out where the front has not done it", async () => {
      const path = fresh("/_next/static/chunks");
      const source = "export const answer = 42;\n".repeat(200);
      edge.shell.answer = (_request, response) =>
        response
          .writeHead(200, { "cache-control": immutable, "content-type": "text/javascript" })
          .end(source);
      const sent = edge.send(shellHost, path, { headers: { "accept-encoding": "gzip" } });
      const [response] = (await once(sent.end(), "response")) as [IncomingMessage];
      const body = Buffer.concat(await response.toArray());
      expect(response.headers["content-encoding"]).toBe("gzip");
      expect(gunzipSync(body).toString()).toBe(source);
      expect(body.length).toBeLessThan(gzipSync(source, { level: 1 }).length + 200);
    });
  });
});
