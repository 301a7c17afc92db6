import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";

/** Bytes that have arrived whole, before they are sent on. */
export interface SpooledFile {
  readonly bytes: number;
  readonly sha256: Buffer;
  /** The bytes from the first one; may be read more than once. */
  stream(): Readable;
}

const pieceBytes = 65_536;

/** A stream of the handle would close it when it is destroyed, and a second one could not be had. */
async function* fromStart(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.allocUnsafe(pieceBytes), position });
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/**
 * Keeps a stream in a file without a name while `use` runs: S3 wants length and hash of an object before its bytes, and
 * memory would hold 25 MB for each upload. Nothing is left behind, not even by a process that is killed.
 */
export async function spool<T>(
  source: AsyncIterable<Uint8Array>,
  use: (file: SpooledFile) => Promise<T>,
): Promise<T> {
  const file = path.join(tmpdir(), `mullion-${randomUUID()}.part`);
  const handle = await open(file, "wx+", 0o600);
  try {
    await rm(file);
    const hasher = createHash("sha256");
    let bytes = 0;
    for await (const chunk of source) {
      hasher.update(chunk);
      await handle.writeFile(chunk);
      bytes += chunk.length;
    }
    const sha256 = hasher.digest();
    return await use({
      bytes,
      sha256,
      stream: () => Readable.from(fromStart(handle), { objectMode: false }),
    });
  } finally {
    await handle.close();
  }
}
