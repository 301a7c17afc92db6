import type { Release } from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";
import { LRUCache } from "lru-cache";
import type { BlobHash } from "./artifact-store.ts";
import { blobHashOf } from "./blob-hash.ts";
import { contentTypeOf, isCompressible } from "./content-type.ts";

/** What serving one file takes. */
export interface IndexedFile {
  readonly hash: BlobHash;
  readonly bytes: number;
  readonly contentType: string;
  readonly compressible: boolean;
}

/** Files of one version by path. */
type FileIndex = ReadonlyMap<string, IndexedFile>;

// Around 200 bytes a file: some 40 MB at most.
const maxFiles = 200_000;

/** Finds files of published versions. Versions never change, so what is known stays true for ever. */
export class VersionIndex {
  readonly #pool: Pool;
  readonly #cache = new LRUCache<string, FileIndex>({
    maxSize: maxFiles,
    sizeCalculation: (index) => Math.max(1, index.size),
  });

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The file, or `undefined`. That a version is unknown is not remembered: it may be published a moment later. */
  async find(remote: string, version: string, path: string): Promise<IndexedFile | undefined> {
    const key = `${remote}@${version}`;
    let index = this.#cache.get(key);
    if (index === undefined) {
      index = await this.#load(remote, version);
      if (index === undefined) return undefined;
      this.#cache.set(key, index);
    }
    return index.get(path);
  }

  async #load(remote: string, version: string): Promise<FileIndex | undefined> {
    const { rows } = await this.#pool.query<{ files: Release["files"] }>(
      "select release -> 'files' as files from versions where remote = $1 and version = $2",
      [remote, version],
    );
    const files = rows[0]?.files;
    if (files === undefined) return undefined;
    return new Map(
      files.map(({ path, bytes, integrity }) => {
        const contentType = contentTypeOf(path);
        const compressible = isCompressible(contentType);
        return [path, { hash: blobHashOf(integrity), bytes, contentType, compressible }];
      }),
    );
  }
}
