import { randomUUID } from "node:crypto";
import { access, constants, type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import {
  type ArtifactStore,
  type BlobEncoding,
  type BlobHash,
  blobSuffixes,
  type OpenBlob,
} from "./artifact-store.ts";
import { verifyBlob } from "./verify-blob.ts";

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Blobs as files, two levels of folders by the first digits of the hash so that none grows too long. */
export class FolderStore implements ArtifactStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = path.resolve(root);
  }

  async check(): Promise<void> {
    await mkdir(this.#root, { recursive: true });
    await access(this.#root, constants.R_OK | constants.W_OK);
  }

  async close(): Promise<void> {
    // Files are opened and closed one by one.
  }

  #file(hash: BlobHash, encoding: BlobEncoding): string {
    return path.join(this.#root, hash.slice(0, 2), hash.slice(2, 4), hash + blobSuffixes[encoding]);
  }

  async size(hash: BlobHash): Promise<number | undefined> {
    return sizeOf(this.#file(hash, "identity"));
  }

  async hasEncoding(hash: BlobHash, encoding: "br" | "gzip"): Promise<boolean> {
    return (await sizeOf(this.#file(hash, encoding))) !== undefined;
  }

  async open(hash: BlobHash, encoding: BlobEncoding): Promise<OpenBlob | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(this.#file(hash, encoding), "r");
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    const { size } = await handle.stat();
    return { bytes: size, stream: () => handle.createReadStream(), close: () => handle.close() };
  }

  async put(hash: BlobHash, body: AsyncIterable<Uint8Array>): Promise<{ created: boolean }> {
    const created = (await this.size(hash)) === undefined;
    await this.#write(this.#file(hash, "identity"), () => verifyBlob(hash, body));
    return { created };
  }

  async putEncoding(hash: BlobHash, encoding: "br" | "gzip", body: Uint8Array): Promise<void> {
    await this.#write(this.#file(hash, encoding), [body]);
  }

  /** A name of its own first, then a rename: nobody ever sees half a file, not even after a power cut. */
  async #write(
    file: string,
    source: Iterable<Uint8Array> | (() => AsyncIterable<Uint8Array>),
  ): Promise<void> {
    const folder = path.dirname(file);
    await mkdir(folder, { recursive: true });
    const temporary = path.join(folder, `.${randomUUID()}.part`);
    try {
      const handle = await open(temporary, "wx");
      await pipeline(source, handle.createWriteStream({ flush: true }));
      await rename(temporary, file);
      await syncFolder(folder);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}
