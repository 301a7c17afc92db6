import { createHash } from "node:crypto";
import type { PlacedRelease, ReleaseFile } from "@mullion/contracts";
import { request } from "undici";
import { ShellError } from "../errors.ts";

/** Fetches and checks the server bytes of remotes for the render process. */
export interface ArtifactCache {
  /** Files of a verified release may be asked for from now on. */
  admit(release: PlacedRelease): void;
  /** They may no longer be asked for. */
  retire(release: PlacedRelease): void;
  /**
   * Bytes of one file by its absolute URL; a query is ignored.
   * @throws {ShellError} `unknown_artifact`, `artifact_unavailable` or `artifact_tampered`.
   */
  read(url: string): Promise<Uint8Array>;
}

/** For a whole file: a host that goes on sending little by little must not hold a page for ever. */
const fetchWithinMs = 5_000;

/** Remembers at most this many bytes of checked files; the oldest go first. */
const cacheLimitBytes = 64 * 1024 * 1024;

/** The body of 200, given up as soon as it is longer than what was signed. */
async function fetchBody(url: string, size: number, signal: AbortSignal): Promise<Buffer> {
  const response = await request(url, { signal });
  if (response.statusCode !== 200) {
    await response.body.dump();
    throw new ShellError("artifact_unavailable", `${url} answered ${response.statusCode}.`);
  }
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop closes the connection.
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > size) throw new ShellError("artifact_tampered", `${url} is longer than ${size} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function download(
  url: string,
  { integrity, bytes: size }: ReleaseFile,
  withinMs: number,
): Promise<Uint8Array> {
  const bytes = await fetchBody(url, size, AbortSignal.timeout(withinMs)).catch((cause: unknown) => {
    if (cause instanceof ShellError) throw cause;
    throw new ShellError("artifact_unavailable", `${url} cannot be had.`, { cause });
  });
  const actual = `sha384-${createHash("sha384").update(bytes).digest("base64")}`;
  if (actual !== integrity) throw new ShellError("artifact_tampered", `${url} has the hash ${actual}.`);
  return bytes;
}

/** A file whose bytes are not the ones that were signed: the alert to record. */
export interface TamperedFile {
  readonly remote: string;
  readonly version: string;
  readonly url: string;
}

interface ListedFile {
  readonly file: ReleaseFile;
  readonly release: PlacedRelease;
}

/**
 * Creates the cache: only listed files are fetched, and only bytes with the listed hash leave it.
 * @param onTampered called each time that other bytes came.
 */
export function createArtifactCache(
  onTampered: (file: TamperedFile) => void,
  withinMs = fetchWithinMs,
): ArtifactCache {
  const listed = new Map<string, ListedFile>();
  const cached = new Map<string, Promise<Uint8Array>>();
  let cachedBytes = 0;

  const remember = (key: string, bytes: Uint8Array): void => {
    cachedBytes += bytes.length;
    for (const [oldest, entry] of cached) {
      if (cachedBytes <= cacheLimitBytes || oldest === key) return;
      cached.delete(oldest);
      void entry.then((dropped) => {
        cachedBytes -= dropped.length;
      });
    }
  };

  return {
    admit(release) {
      for (const file of release.files)
        listed.set(new URL(file.path, release.baseUrl).href, { file, release });
    },
    retire(release) {
      for (const { path } of release.files) listed.delete(new URL(path, release.baseUrl).href);
    },
    async read(rawUrl) {
      const [url = rawUrl] = rawUrl.split("?", 1);
      const found = listed.get(url);
      if (found === undefined) throw new ShellError("unknown_artifact", `${url} belongs to no release.`);
      const { file, release } = found;
      // By what was signed: another signed document may list other bytes at the same place.
      const key = `${file.integrity} ${url}`;
      const known = cached.get(key);
      if (known !== undefined) return known;
      const loading = download(url, file, withinMs);
      cached.set(key, loading);
      loading.then(
        (bytes) => {
          remember(key, bytes);
        },
        (error: unknown) => {
          cached.delete(key);
          const isTampered = error instanceof ShellError && error.code === "artifact_tampered";
          if (isTampered) onTampered({ remote: release.remote, version: release.version, url });
        },
      );
      return loading;
    },
  };
}
