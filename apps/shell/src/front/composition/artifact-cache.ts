import { createHash } from "node:crypto";
import type { PlacedRelease } from "@mullion/contracts";
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

const fetchTimeoutMs = 3_000;

/** Remembers at most this many bytes of checked files; the oldest go first. */
const cacheLimitBytes = 64 * 1024 * 1024;

async function download(url: string, integrity: string): Promise<Uint8Array> {
  const response = await request(url, { headersTimeout: fetchTimeoutMs, bodyTimeout: fetchTimeoutMs }).catch(
    (cause: unknown) => {
      throw new ShellError("artifact_unavailable", `${url} cannot be reached.`, { cause });
    },
  );
  if (response.statusCode !== 200) {
    await response.body.dump();
    throw new ShellError("artifact_unavailable", `${url} answered ${response.statusCode}.`);
  }
  const bytes = await response.body.bytes();
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
  readonly integrity: string;
  readonly release: PlacedRelease;
}

/**
 * Creates the cache: only listed files are fetched, and only bytes with the listed hash leave it.
 * @param onTampered called each time that other bytes came.
 */
export function createArtifactCache(onTampered: (file: TamperedFile) => void): ArtifactCache {
  const listed = new Map<string, ListedFile>();
  const cached = new Map<string, Promise<Uint8Array>>();
  let cachedBytes = 0;

  const remember = (url: string, bytes: Uint8Array): void => {
    cachedBytes += bytes.length;
    for (const [oldest, entry] of cached) {
      if (cachedBytes <= cacheLimitBytes || oldest === url) return;
      cached.delete(oldest);
      void entry.then((dropped) => {
        cachedBytes -= dropped.length;
      });
    }
  };

  return {
    admit(release) {
      for (const { path, integrity } of release.files)
        listed.set(new URL(path, release.baseUrl).href, { integrity, release });
    },
    retire(release) {
      for (const { path } of release.files) listed.delete(new URL(path, release.baseUrl).href);
    },
    async read(rawUrl) {
      const [url = rawUrl] = rawUrl.split("?", 1);
      const known = cached.get(url);
      if (known !== undefined) return known;
      const file = listed.get(url);
      if (file === undefined) throw new ShellError("unknown_artifact", `${url} belongs to no release.`);
      const loading = download(url, file.integrity);
      cached.set(url, loading);
      loading.then(
        (bytes) => {
          remember(url, bytes);
        },
        (error: unknown) => {
          cached.delete(url);
          const isTampered = error instanceof ShellError && error.code === "artifact_tampered";
          if (isTampered) onTampered({ remote: file.release.remote, version: file.release.version, url });
        },
      );
      return loading;
    },
  };
}
