import type { BlobHash } from "./artifact-store.ts";

const shape = /^[0-9a-f]{96}$/;

/** The hash in a URL, or `undefined` when it does not look like one. */
export function parseBlobHash(value: string): BlobHash | undefined {
  return shape.test(value) ? (value as BlobHash) : undefined;
}

/** The hash of a Subresource Integrity value (`sha384-` and base64) that the release schema has accepted. */
export function blobHashOf(integrity: string): BlobHash {
  return Buffer.from(integrity.slice("sha384-".length), "base64").toString("hex") as BlobHash;
}
