import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay, setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testRelease } from "../page/test-release.ts";
import { createArtifactCache, type TamperedFile } from "./artifact-cache.ts";

const code = "exports.app = 1";
const integrity = `sha384-${createHash("sha384").update(code).digest("base64")}`;

describe("artifact cache", () => {
  let server: Server;
  let baseUrl: string;
  let served: {
    status: number;
    body: string;
    requests: number;
    /** Instead of the body, for as long as somebody reads. */
    endless?: () => AsyncGenerator<string>;
  };
  beforeAll(async () => {
    server = createServer((_request, response) => {
      served.requests += 1;
      response.writeHead(served.status);
      if (served.endless === undefined) response.end(served.body);
      else pipeline(served.endless(), response).catch(() => undefined);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/artifacts/dashboard/1/`;
  });
  afterAll(() => {
    server.close();
  });
  beforeEach(() => {
    served = { status: 200, body: code, requests: 0 };
  });

  const cacheOfOne = (bytes = code.length, withinMs?: number) => {
    const alerts: TamperedFile[] = [];
    const cache = createArtifactCache((file) => alerts.push(file), withinMs);
    const release = testRelease({ name: "dashboard", path: "/dashboard", baseUrl });
    const listed = { ...release, files: [{ path: release.serverEntry, bytes, integrity }] };
    cache.admit(listed);
    return { cache, listed, alerts, url: new URL(release.serverEntry, baseUrl).href };
  };

  it("fetches a listed file once, whatever the query", async () => {
    const { cache, url } = cacheOfOne();
    const [first, second] = await Promise.all([cache.read(url), cache.read(`${url}?t=1`)]);
    expect([Buffer.from(first).toString(), Buffer.from(second).toString()]).toEqual([code, code]);
    expect(served.requests).toBe(1);
  });

  it("SEC-52 server bytes with another hash than the release lists are never handed on, and are reported", async () => {
    const { cache, alerts, url } = cacheOfOne();
    served.body = "exports.app = process.env";
    await expect(cache.read(url)).rejects.toMatchObject({ code: "artifact_tampered" });
    expect(alerts).toEqual([{ remote: "dashboard", version: "0.1.0-abcdef", url }]);
  });

  it("SEC-52 a host that sends without end is left at the signed length, and reported", async () => {
    const { cache, alerts, url } = cacheOfOne();
    let sent = 0;
    served.endless = async function* endless() {
      for (;;) {
        sent += 65_536;
        yield "x".repeat(65_536);
        await setImmediate();
      }
    };
    await expect(cache.read(url)).rejects.toMatchObject({ code: "artifact_tampered" });
    expect(alerts).toHaveLength(1);
    // What fits into the sockets' buffers was on its way already.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it("a host that sends little by little is left after a while", async () => {
    const { cache, alerts, url } = cacheOfOne(1_000_000, 200);
    served.endless = async function* endless() {
      for (;;) {
        yield "x";
        await delay(20);
      }
    };
    await expect(cache.read(url)).rejects.toMatchObject({ code: "artifact_unavailable" });
    expect(alerts).toEqual([]);
  });

  it("the files of a version that is forgotten are neither fetched any more nor handed on", async () => {
    const { cache, listed, url } = cacheOfOne();
    await cache.read(url);
    cache.retire(listed);
    await expect(cache.read(url)).rejects.toMatchObject({ code: "unknown_artifact" });
    expect(served.requests).toBe(1);
  });

  it("SEC-52 bytes that were checked against one hash are not handed on where another one is listed", async () => {
    const { cache, listed, url } = cacheOfOne();
    await cache.read(url);
    const other = `sha384-${"A".repeat(64)}`;
    cache.admit({ ...listed, files: listed.files.map((file) => ({ ...file, integrity: other })) });
    await expect(cache.read(url)).rejects.toMatchObject({ code: "artifact_tampered" });
  });

  it("a URL that no release lists is not fetched at all", async () => {
    const { cache } = cacheOfOne();
    await expect(cache.read(`${baseUrl}other.js`)).rejects.toMatchObject({ code: "unknown_artifact" });
    await expect(cache.read("http://169.254.169.254/latest")).rejects.toMatchObject({
      code: "unknown_artifact",
    });
    expect(served.requests).toBe(0);
  });

  it("a failure is not remembered: the file is there again as soon as its server is", async () => {
    const { cache, url } = cacheOfOne();
    served.status = 404;
    await expect(cache.read(url)).rejects.toMatchObject({ code: "artifact_unavailable" });
    served.status = 200;
    expect(Buffer.from(await cache.read(url)).toString()).toBe(code);
  });
});
