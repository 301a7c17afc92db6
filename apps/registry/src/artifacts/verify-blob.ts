import { createHash } from "node:crypto";
import { refuse } from "../errors.ts";
import { type BlobHash, maxBlobBytes } from "./artifact-store.ts";

/**
 * The same bytes, looked at on their way: whoever reads them to the end knows that they have this hash.
 * @throws {ProblemError} `integrity_mismatch` at the end when they have another, `blob_too_large` beyond the limit.
 */
export async function* verifyBlob(
  hash: BlobHash,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hasher = createHash("sha384");
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBlobBytes) {
      throw refuse("blob_too_large", `A file may have at most ${String(maxBlobBytes)} bytes.`);
    }
    hasher.update(chunk);
    yield chunk;
  }
  if (hasher.digest("hex") !== hash) {
    throw refuse("integrity_mismatch", "The URL names the SHA-384 of other bytes. Pack and deploy again.");
  }
}
