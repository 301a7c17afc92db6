import { createHash } from "node:crypto";
import type { PlacedRelease } from "@mullion/contracts";
import { request } from "undici";
import { ShellError } from "../errors.ts";

/** Fetches and checks the server bytes of remotes for the render process. */
export interface ArtifactCache {
  /** Files of these releases may be asked for from now on; earlier ones stay, for pages under way. */
  admit(releases: readonly PlacedRelease[]): void;
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

/** Creates the cache: only listed files are fetched, and only bytes with the listed hash leave it. */
export function createArtifactCache(): ArtifactCache {
  const listed = new Map<string, string>();
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
    admit(releases) {
      for (const release of releases) {
        for (const file of release.files)
          listed.set(new URL(file.path, release.baseUrl).href, file.integrity);
      }
    },
    async read(rawUrl) {
      const [url = rawUrl] = rawUrl.split("?", 1);
      const known = cached.get(url);
      if (known !== undefined) return known;
      const integrity = listed.get(url);
      if (integrity === undefined) throw new ShellError("unknown_artifact", `${url} belongs to no release.`);
      const loading = download(url, integrity);
      cached.set(url, loading);
      loading.then(
        (bytes) => {
          remember(url, bytes);
        },
        () => cached.delete(url),
      );
      return loading;
    },
  };
}
