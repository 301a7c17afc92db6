import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { unavailable } from "@mullion/http-service";
import {
  type ArtifactStore,
  type BlobEncoding,
  type BlobHash,
  blobSuffixes,
  type OpenBlob,
} from "../artifact-store.ts";
import type { S3Settings } from "../store-settings.ts";
import { verifyBlob } from "../verify-blob.ts";
import { S3Client, type S3Patience } from "./s3-client.ts";
import { spool } from "./spool.ts";

interface ObjectToPut {
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly body: () => Readable | Uint8Array;
}

/** Blobs as objects of an S3-compatible store, under `blobs/` and their hash. */
export class S3Store implements ArtifactStore {
  readonly #client: S3Client;
  /** False once the store has said that it knows no conditional writes. */
  #conditional = true;

  constructor(settings: S3Settings, patience?: S3Patience) {
    this.#client = new S3Client(settings, patience);
  }

  async size(hash: BlobHash): Promise<number | undefined> {
    return this.#size(keyOf(hash, "identity"));
  }

  async hasEncoding(hash: BlobHash, encoding: "br" | "gzip"): Promise<boolean> {
    return (await this.#size(keyOf(hash, encoding))) !== undefined;
  }

  async open(hash: BlobHash, encoding: BlobEncoding): Promise<OpenBlob | undefined> {
    const { outcome, bytes, body } = await this.#client.send({ method: "GET", key: keyOf(hash, encoding) });
    if (outcome !== "ok") {
      await body.dump();
      return undefined;
    }
    return {
      bytes,
      stream: () => body,
      async close() {
        // Its end is an error to undici; here it is what was asked for.
        body.on("error", () => undefined).destroy();
      },
    };
  }

  async put(hash: BlobHash, source: AsyncIterable<Uint8Array>): Promise<{ created: boolean }> {
    return spool(verifyBlob(hash, source), ({ bytes, sha256, stream }) =>
      this.#put(keyOf(hash, "identity"), { bytes, sha256, body: stream }),
    );
  }

  async putEncoding(hash: BlobHash, encoding: "br" | "gzip", body: Uint8Array): Promise<void> {
    const sha256 = createHash("sha256").update(body).digest();
    await this.#put(keyOf(hash, encoding), { bytes: body.length, sha256, body: () => body });
  }

  async check(): Promise<void> {
    const { outcome, body } = await this.#client.send({ method: "HEAD" });
    await body.dump();
    if (outcome !== "ok") throw unavailable(undefined, "The store has no such bucket.");
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #size(key: string): Promise<number | undefined> {
    const { outcome, bytes, body } = await this.#client.send({ method: "HEAD", key });
    await body.dump();
    return outcome === "ok" ? bytes : undefined;
  }

  /**
   * Written only where nothing is, so that nobody replaces what is published. A store that knows no conditional writes
   * is asked first: the key is the hash of the bytes, so two writers at once write the same.
   */
  async #put(key: string, object: ObjectToPut): Promise<{ created: boolean }> {
    if (!this.#conditional) {
      if ((await this.#size(key)) !== undefined) return { created: false };
      return this.#expectWritten(await this.#write(key, object, {}));
    }
    const outcome = await this.#write(key, object, { "if-none-match": "*" });
    if (outcome === "unsupported") {
      this.#conditional = false;
      return this.#put(key, object);
    }
    if (outcome === "exists") return { created: false };
    // Somebody else is writing this key: whether they finish is known a moment later.
    if (outcome === "conflict")
      return this.#expectWritten(await this.#write(key, object, { "if-none-match": "*" }));
    return this.#expectWritten(outcome);
  }

  #expectWritten(outcome: string): { created: boolean } {
    if (outcome === "exists") return { created: false };
    if (outcome !== "ok")
      throw unavailable(undefined, `The store did not take a file (${outcome}). Try again.`);
    return { created: true };
  }

  async #write(
    key: string,
    { bytes, sha256, body }: ObjectToPut,
    condition: Readonly<Record<string, string>>,
  ): Promise<string> {
    const answer = await this.#client.send({
      method: "PUT",
      key,
      headers: {
        ...condition,
        "content-length": String(bytes),
        "content-type": "application/octet-stream",
        "x-amz-content-sha256": sha256.toString("hex"),
        "x-amz-checksum-sha256": sha256.toString("base64"),
      },
      body: body(),
    });
    await answer.body.dump();
    return answer.outcome;
  }
}

function keyOf(hash: BlobHash, encoding: BlobEncoding): string {
  return `blobs/${hash}${blobSuffixes[encoding]}`;
}
