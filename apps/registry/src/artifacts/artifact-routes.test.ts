import { request as httpRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserEntry, createRelease, serverEntry } from "../testing/release.ts";
import { startRegistry, type TestRegistry } from "../testing/start-registry.ts";
import { findTestStores, storeStartMs, type TestStore } from "../testing/test-store.ts";

const published = createRelease("dashboard", "1.0.0-aaaaaa");
const base = "/artifacts/dashboard/1.0.0-aaaaaa/";
const chunk = "_next/static/chunks/app.js";
const stores = await findTestStores();
let store: TestStore;
let registry: TestRegistry;

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** A request as it is written: fetch would clean up paths and unpack bodies. */
function raw(target: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(registry.url);
    httpRequest({ hostname, port, path: target, method, headers }, (response) => {
      buffer(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      }, reject);
    })
      .on("error", reject)
      .end();
  });
}

function contentOf(file: string): Buffer {
  const integrity = published.release.files.find((listed) => listed.path === file)?.integrity ?? "";
  const hash = Buffer.from(integrity.slice(7), "base64").toString("hex");
  return Buffer.from(published.blobs.get(hash) ?? []);
}

function storedName(file: string): string {
  const integrity = published.release.files.find((listed) => listed.path === file)?.integrity ?? "";
  return Buffer.from(integrity.slice(7), "base64").toString("hex");
}

describe.each(stores)("artifacts in $name", ({ start }) => {
  beforeAll(async () => {
    store = await start();
    registry = await startRegistry(store.settings);
    expect((await registry.publish(published)).status).toBe(201);
  }, storeStartMs);

  afterAll(async () => {
    await registry.close();
    await store.close();
  });

  it("S0.9 serves files of a version to any page and any cache, for ever", async () => {
    const { status, headers, body } = await raw(base + chunk);
    expect(status).toBe(200);
    expect(body.equals(contentOf(chunk))).toBe(true);
    expect(headers).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable",
      "content-type": "text/javascript; charset=utf-8",
      "content-length": String(body.length),
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
      "timing-allow-origin": "*",
      "x-content-type-options": "nosniff",
      vary: "Accept-Encoding",
    });
    expect(headers["set-cookie"]).toBeUndefined();
    expect((await raw(`${base}_next/static/css/app.css`)).headers["content-type"]).toBe(
      "text/css; charset=utf-8",
    );
  });

  it("S0.9 sends compressed bytes, made at publish, to whoever accepts them", async () => {
    const brotli = await raw(base + chunk, { "accept-encoding": "gzip, deflate, br, zstd" });
    expect(brotli.headers["content-encoding"]).toBe("br");
    expect(brotliDecompressSync(brotli.body).equals(contentOf(chunk))).toBe(true);
    expect(brotli.body.length).toBeLessThan(contentOf(chunk).length / 4);
    const gzip = await raw(base + chunk, { "accept-encoding": "gzip, br;q=0" });
    expect(gzip.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(gzip.body).equals(contentOf(chunk))).toBe(true);
    const image = await raw(`${base}_next/static/media/logo.png`, { "accept-encoding": "br" });
    expect(image.headers["content-encoding"]).toBeUndefined();
    expect(image.headers["vary"]).toBeUndefined();
  });

  it("S0.9 answers a cache that has the file with 304, per encoding", async () => {
    const first = await raw(base + chunk, { "accept-encoding": "br" });
    const etag = String(first.headers["etag"]);
    const again = await raw(base + chunk, { "accept-encoding": "br", "if-none-match": `"other", W/${etag}` });
    expect(again.status).toBe(304);
    expect(again.body.length).toBe(0);
    expect(again.headers["cache-control"]).toContain("immutable");
    expect((await raw(base + chunk, { "if-none-match": etag })).status).toBe(200);
  });

  it("answers HEAD like GET, without the body", async () => {
    const { status, headers, body } = await raw(base + browserEntry, {}, "HEAD");
    expect(status).toBe(200);
    expect(headers["content-length"]).toBe(String(contentOf(browserEntry).length));
    expect(body.length).toBe(0);
  });

  it("serves nothing that the version does not list, and no error is cacheable", async () => {
    const traversals = [
      `${base}../1.0.0-aaaaaa/${chunk}`,
      `${base}..%2f..%2f..%2fetc%2fpasswd`,
      `${base}%2e%2e/%2e%2e/etc/passwd`,
      `${base}..%252f..%252fetc/passwd`,
      `${base}..\\..\\etc\\passwd`,
      `${base}_next/static/chunks/%00app.js`,
      `${base}/etc/passwd`,
      `${base}_next//static/chunks/app.js`,
      `${base}release.json`,
      base,
      `/artifacts/dash%00board/1.0.0-aaaaaa/${chunk}`,
      `/artifacts/dashboard/1.0.0-aaa%00aaa/${chunk}`,
      `/artifacts/dashboard/1.0.0-bbbbbb/${chunk}`,
      `/artifacts/nobody/1.0.0-aaaaaa/${chunk}`,
      `/artifacts/dashboard/..%2f..%2f/${chunk}`,
    ];
    for (const target of traversals) {
      const { status, headers, body } = await raw(target);
      expect([400, 404], target).toContain(status);
      expect(headers["cache-control"], target).toBe("no-store");
      expect(headers["content-type"], target).toContain("application/problem+json");
      expect(body.toString(), target).not.toContain("root:");
    }
  });

  it("a file lost from the store is 404 artifact_missing, uncached, and is served again once it is back", async () => {
    const giveBack = await store.take(storedName(serverEntry));
    const { status, headers, body } = await raw(base + serverEntry);
    expect(status).toBe(404);
    expect(JSON.parse(body.toString())).toMatchObject({ code: "artifact_missing" });
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["access-control-allow-origin"]).toBe("*");
    await giveBack();
    expect((await raw(base + serverEntry)).status).toBe(200);
  });

  it("a version asked for before it was published is served right after", async () => {
    const later = createRelease("dashboard", "1.1.0-cccccc");
    const target = `/artifacts/dashboard/1.1.0-cccccc/${chunk}`;
    expect((await raw(target)).status).toBe(404);
    await registry.publish(later);
    expect((await raw(target)).status).toBe(200);
  });
});
