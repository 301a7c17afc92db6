import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRegistry, type TestRegistry } from "../testing/start-registry.ts";
import { findTestStores, storeStartMs, type TestStore } from "../testing/test-store.ts";
import { maxBlobBytes } from "./artifact-store.ts";

const stores = await findTestStores();
let store: TestStore;
let registry: TestRegistry;

function blob(text: string): { hash: string; bytes: Uint8Array<ArrayBuffer> } {
  const bytes = new Uint8Array(Buffer.from(text));
  return { hash: createHash("sha384").update(bytes).digest("hex"), bytes };
}

describe.each(stores)("blobs in $name", ({ start }) => {
  beforeAll(async () => {
    store = await start();
    registry = await startRegistry(store.settings);
  }, storeStartMs);

  afterAll(async () => {
    await registry.close();
    await store.close();
  });

  it("keeps a blob under its hash, and takes it again without complaint", async () => {
    const { hash, bytes } = blob("kept");
    expect((await registry.send("HEAD", `/blobs/${hash}`)).status).toBe(404);
    expect((await registry.send("PUT", `/blobs/${hash}`, { bytes })).status).toBe(201);
    expect((await registry.send("PUT", `/blobs/${hash}`, { bytes })).status).toBe(200);
    const head = await registry.send("HEAD", `/blobs/${hash}`);
    expect(head.status).toBe(200);
    expect(head.headers.get("content-length")).toBe("4");
  });

  it("refuses bytes that have another hash and keeps none of them", async () => {
    const before = await store.names();
    const { hash } = blob("promised");
    const response = await registry.send("PUT", `/blobs/${hash}`, { bytes: blob("delivered").bytes });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: "integrity_mismatch" });
    expect((await registry.send("HEAD", `/blobs/${hash}`)).status).toBe(404);
    expect(await store.names()).toEqual(before);
  });

  it("refuses a body over the limit, announced or not, and keeps none of it", async () => {
    const before = await store.names();
    const { hash } = blob("large");
    const bytes = new Uint8Array(maxBlobBytes + 1);
    expect((await registry.send("PUT", `/blobs/${hash}`, { bytes })).status).toBe(413);
    const token = await registry.issuer.sign({ scope: "registry:publish" });
    const chunked = await fetch(`${registry.url}/blobs/${hash}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/octet-stream" },
      body: new Blob([bytes]).stream(),
      duplex: "half",
    });
    expect(chunked.status).toBe(413);
    expect(await store.names()).toEqual(before);
  });

  it("takes the same blob from many at once", async () => {
    const { hash, bytes } = blob("many ".repeat(10_000));
    const responses = await Promise.all(
      Array.from({ length: 8 }, () => registry.send("PUT", `/blobs/${hash}`, { bytes })),
    );
    expect(responses.every(({ ok }) => ok)).toBe(true);
    expect((await store.names()).filter((name) => name.includes(hash) || name.endsWith(".part"))).toEqual([
      hash,
    ]);
  });

  it("refuses names that are no hash, so that none becomes a path", async () => {
    const { bytes } = blob("x");
    for (const name of ["..%2f..%2fetc%2fpasswd", "A".repeat(96), "0".repeat(95), `${"0".repeat(96)}.br`]) {
      const response = await registry.send("PUT", `/blobs/${name}`, { bytes });
      expect(response.status, name).toBe(400);
    }
  });

  it("S4.2 answers 401 without a token and 403 without the scope", async () => {
    const { hash, bytes } = blob("scoped");
    expect((await registry.send("PUT", `/blobs/${hash}`, { bytes, scopes: null })).status).toBe(401);
    expect((await registry.send("PUT", `/blobs/${hash}`, { bytes, scopes: ["registry:read"] })).status).toBe(
      403,
    );
    expect((await registry.send("HEAD", `/blobs/${hash}`, { scopes: ["registry:read"] })).status).toBe(403);
    expect((await registry.send("HEAD", `/blobs/${hash}`)).status).toBe(404);
  });
});
