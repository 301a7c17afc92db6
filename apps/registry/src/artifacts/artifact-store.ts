import type { Readable } from "node:stream";

/** Hash that names a blob: SHA-384 as 96 lower-case hexadecimal digits. */
export type BlobHash = string & { readonly blobHash: unique symbol };

/** How the bytes of a blob are held. `identity` is the blob; the others are made from it at publish. */
export type BlobEncoding = "identity" | "br" | "gzip";

/** An opened blob. Exactly one of the methods must be called, or a handle stays open. */
export interface OpenBlob {
  readonly bytes: number;
  /** The bytes; ending or destroying the stream closes it. */
  stream(): Readable;
  close(): Promise<void>;
}

/**
 * Content-addressed storage. Blobs are written once and never changed; a blob that somebody removed from underneath
 * reads as `undefined`, and is back when its bytes are back.
 */
export interface ArtifactStore {
  /** Size in bytes, or `undefined` when the store does not have it. */
  size(hash: BlobHash): Promise<number | undefined>;
  /** Whether the store holds this encoding of the blob. */
  hasEncoding(hash: BlobHash, encoding: Exclude<BlobEncoding, "identity">): Promise<boolean>;
  open(hash: BlobHash, encoding: BlobEncoding): Promise<OpenBlob | undefined>;
  /**
   * Stores a stream whole or not at all.
   * @returns whether it was new.
   * @throws {ProblemError} `integrity_mismatch` when the bytes have another hash, `blob_too_large` beyond the limit.
   */
  put(hash: BlobHash, body: AsyncIterable<Uint8Array>): Promise<{ created: boolean }>;
  /** Stores an encoding of a blob that is there. */
  putEncoding(hash: BlobHash, encoding: Exclude<BlobEncoding, "identity">, body: Uint8Array): Promise<void>;
  /** Rejects while blobs can neither be read nor written. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** What follows a blob's hash in the name it is kept under. */
export const blobSuffixes: Readonly<Record<BlobEncoding, string>> = { identity: "", br: ".br", gzip: ".gz" };

/** Largest blob accepted, in bytes. */
export const maxBlobBytes = 25 * 1024 * 1024;
