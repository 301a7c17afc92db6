import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { ReleaseFile } from "@mullion/contracts";
import pMap from "p-map";
import type { ArtifactStore, BlobHash } from "./artifact-store.ts";
import { blobHashOf } from "./blob-hash.ts";
import { contentTypeOf, isCompressible } from "./content-type.ts";

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

// Below one packet there is nothing to win.
const worthwhileBytes = 1_400;
const atOnce = 2;

async function compress(store: ArtifactStore, hash: BlobHash): Promise<void> {
  // Brotli is written last: where it is, all is done.
  if (await store.hasEncoding(hash, "br")) return;
  const blob = await store.open(hash, "identity");
  if (blob === undefined) return;
  const bytes = await buffer(blob.stream());
  const [small, smaller] = await Promise.all([
    deflate(bytes, { level: 9 }),
    brotli(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  ]);
  await store.putEncoding(hash, "gzip", small);
  await store.putEncoding(hash, "br", smaller);
}

/**
 * Compresses what browsers load, once for all visits. `serverFolder` is left as it is: servers of the platform read it,
 * next door.
 */
export async function compressFiles(
  store: ArtifactStore,
  files: readonly ReleaseFile[],
  serverFolder: string,
): Promise<void> {
  const worthIt = files.filter(
    ({ path, bytes }) =>
      bytes >= worthwhileBytes && isCompressible(contentTypeOf(path)) && !path.startsWith(serverFolder),
  );
  const hashes = new Set(worthIt.map(({ integrity }) => blobHashOf(integrity)));
  await pMap(hashes, (hash) => compress(store, hash), { concurrency: atOnce });
}
