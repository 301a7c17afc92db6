import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import type { BlobHash } from "../artifact-store.ts";
import type { S3Settings } from "../store-settings.ts";
import { S3Store } from "./s3-store.ts";

// What a store answers when things go wrong cannot be asked of a real one: the answers here are those of Amazon's
// reference. That what is sent is understood by a real store, artifact-routes.test.ts and blob-routes.test.ts show.

const bytes = Buffer.from("bytes of a blob ".repeat(4_096));
const hash = createHash("sha384").update(bytes).digest("hex") as BlobHash;
const sha256 = createHash("sha256").update(bytes).digest();
const running: Server[] = [];
const stores: S3Store[] = [];

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** A store behind which `answer` sits. */
async function storeThat(
  answer: RequestListener,
  patience = 10_000,
): Promise<{ store: S3Store; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers });
    answer(request, response);
  });
  running.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const settings: S3Settings = {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    bucket: "artifacts",
    region: "eu-central-1",
    accessKeyId: "key",
    secretAccessKey: "canary-secret",
  };
  const store = new S3Store(settings, { connectMs: patience, silenceMs: patience, writeMs: patience });
  stores.push(store);
  return { store, seen };
}

async function* inPieces(content: Buffer = bytes): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 10_000) yield content.subarray(at, at + 10_000);
}

function refusal(code: string): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><StringToSign>canary-signed</StringToSign></Error>`;
}

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe("a write", () => {
  it("goes where nothing is, and says length and hash before the bytes", async () => {
    let received = Buffer.alloc(0);
    const { store, seen } = await storeThat((request, response) => {
      void buffer(request).then((body) => {
        received = body;
        response.end();
      });
    });
    expect(await store.put(hash, inPieces())).toEqual({ created: true });
    expect(received.equals(bytes)).toBe(true);
    expect(seen).toMatchObject([
      {
        method: "PUT",
        url: `/artifacts/blobs/${hash}`,
        headers: {
          "if-none-match": "*",
          "content-length": String(bytes.length),
          "x-amz-content-sha256": sha256.toString("hex"),
          "x-amz-checksum-sha256": sha256.toString("base64"),
        },
      },
    ]);
    expect(seen[0]?.headers.authorization).toMatch(
      /SignedHeaders=host;if-none-match;x-amz-checksum-sha256;x-amz-content-sha256;x-amz-date,/,
    );
  });

  it("replaces nothing: 412 means that it is there", async () => {
    const { store } = await storeThat((request, response) => {
      request.resume().on("end", () => response.writeHead(412).end(refusal("PreconditionFailed")));
    });
    expect(await store.put(hash, inPieces())).toEqual({ created: false });
  });

  it("is tried once more when somebody else was writing the same", async () => {
    const statuses = [409, 412];
    const { store, seen } = await storeThat((request, response) => {
      request.resume().on("end", () => response.writeHead(statuses.shift() ?? 500).end());
    });
    expect(await store.put(hash, inPieces())).toEqual({ created: false });
    expect(seen).toHaveLength(2);
  });

  it("of other bytes than the hash names never begins", async () => {
    const { store, seen } = await storeThat((_request, response) => response.end());
    await expect(store.put(hash, inPieces(Buffer.from("other")))).rejects.toMatchObject({
      code: "integrity_mismatch",
    });
    expect(seen).toEqual([]);
  });
});

describe("a read", () => {
  it("is tried again when the store stumbles", async () => {
    const statuses = [500, 503, 200];
    const { store } = await storeThat((_request, response) => {
      response.writeHead(statuses.shift() ?? 500, { "content-length": "5" }).end();
    });
    expect(await store.size(hash)).toBe(5);
  });

  it("that breaks off goes on from there", async () => {
    const { store, seen } = await storeThat((request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      const head = { "content-length": String(bytes.length - from), etag: '"one"' };
      const range = {
        "content-range": `bytes ${String(from)}-${String(bytes.length - 1)}/${String(bytes.length)}`,
      };
      if (from > 0) response.writeHead(206, { ...head, ...range }).end(bytes.subarray(from));
      else response.writeHead(200, head).write(bytes.subarray(0, 30_000), () => response.destroy());
    });
    const blob = await store.open(hash, "identity");
    if (blob === undefined) throw new Error("not found");
    expect(blob.bytes).toBe(bytes.length);
    expect((await buffer(blob.stream())).equals(bytes)).toBe(true);
    expect(seen).toHaveLength(2);
  });

  it("that nobody wants to the end is given up at the store", async () => {
    const closed = Promise.withResolvers<null>();
    const { store } = await storeThat((_request, response) => {
      response.on("close", () => closed.resolve(null));
      response.writeHead(200, { "content-length": String(bytes.length) }).write(bytes.subarray(0, 10));
    });
    const blob = await store.open(hash, "identity");
    await blob?.close();
    await closed.promise;
  });
});

describe("503 dependency_unavailable", () => {
  const away = { status: 503, code: "dependency_unavailable" };

  it.each([
    ["refuses the key", 403, "SignatureDoesNotMatch"],
    ["has no such bucket or is broken", 500, "InternalError"],
    ["asks to slow down", 503, "SlowDown"],
  ])("when the store %s, and its log line holds nothing that was signed", async (_how, status, code) => {
    const { store } = await storeThat((request, response) => {
      request.resume().on("end", () => response.writeHead(status).end(refusal(code)));
    });
    const failure: unknown = await store.put(hash, inPieces()).catch((error: unknown) => error);
    expect(failure).toMatchObject(away);
    expect(String((failure as Error).cause)).toContain(code);
    expect(String((failure as Error).cause)).not.toContain("canary");
    await expect(store.open(hash, "br")).rejects.toMatchObject(away);
  });

  it("when the store says nothing in time", async () => {
    const { store } = await storeThat(() => undefined, 200);
    await expect(store.put(hash, inPieces())).rejects.toMatchObject(away);
    await expect(store.size(hash)).rejects.toMatchObject(away);
  });

  it("while nobody listens there", async () => {
    const { store } = await storeThat(() => undefined);
    for (const server of running.splice(0)) server.close();
    await expect(store.check()).rejects.toMatchObject(away);
    await expect(store.size(hash)).rejects.toMatchObject(away);
  });
});
