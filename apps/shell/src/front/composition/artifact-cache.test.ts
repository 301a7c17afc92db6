import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { testRelease } from "../page/test-release.ts";
import { createArtifactCache, type TamperedFile } from "./artifact-cache.ts";

const code = "exports.app = 1";
const integrity = `sha384-${createHash("sha384").update(code).digest("base64")}`;

describe("artifact cache", () => {
  let server: Server;
  let baseUrl: string;
  let served: { status: number; body: string; requests: number };
  beforeAll(async () => {
    server = createServer((_request, response) => {
      served.requests += 1;
      response.writeHead(served.status).end(served.body);
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

  const cacheOfOne = () => {
    const alerts: TamperedFile[] = [];
    const cache = createArtifactCache((file) => alerts.push(file));
    const release = testRelease({ name: "dashboard", path: "/dashboard", baseUrl });
    const listed = { ...release, files: [{ path: release.serverEntry, bytes: code.length, integrity }] };
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

  it("the files of a version that is forgotten are not fetched any more", async () => {
    const { cache, listed, url } = cacheOfOne();
    cache.retire(listed);
    await expect(cache.read(url)).rejects.toMatchObject({ code: "unknown_artifact" });
    expect(served.requests).toBe(0);
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
