import type { RemoteFile } from "../descriptor.ts";
import { FederationError, type FederationErrorCode } from "../errors.ts";
import { diagnose } from "./diagnose.ts";
import type { Insert } from "./insert-element.ts";

/** Milliseconds that the n-th attempt at a file may take, and that pass before it. */
const patienceMs = [3_000, 5_000];
const backOffMs = [0, 250, 1_000];

/** Where the files of one version are, and what went wrong with them. */
export interface Version {
  readonly bases: readonly string[];
  /** Index of the base that answered last: later files are asked for there first. */
  preferred: number;
  /** Failed attempts so far, by path. */
  readonly failures: Map<string, number>;
  /** Why the last file could not be had. */
  lastFailure: FederationErrorCode | null;
}

const after = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/**
 * URL for one more attempt at a file. After a failure it carries a number: what a cache on the way, or the browser's own,
 * keeps of altered bytes would otherwise be met again, long after the host has been mended.
 */
function urlFor(version: Version, base: string, path: string): string {
  const failures = version.failures.get(path) ?? 0;
  return failures === 0 ? `${base}${path}` : `${base}${path}?attempt=${failures}`;
}

async function codeOf(error: unknown, url: string, integrity: string): Promise<FederationErrorCode> {
  if (error instanceof FederationError && error.code !== "remote_unavailable") return error.code;
  return diagnose(url, integrity);
}

/**
 * Loads a file of a version: from the base that answered last, then from the others, with a growing pause in between.
 * @returns the URL that it came from
 * @throws {FederationError} with the reason of the last attempt.
 */
export async function loadFile(version: Version, file: RemoteFile, insert: Insert): Promise<string> {
  const { bases } = version;
  const attempts = bases.length + 1;
  for (let attempt = 0; ; attempt += 1) {
    if (attempt > 0) await after(backOffMs[attempt] ?? 2_000);
    const at = version.preferred;
    const base = bases[at];
    if (base === undefined) throw new FederationError("no_hash", "a version without a base URL");
    const url = urlFor(version, base, file.path);
    try {
      await insert({ url, integrity: file.integrity, patienceMs: patienceMs[attempt] ?? 5_000 });
      return url;
    } catch (error) {
      version.failures.set(file.path, (version.failures.get(file.path) ?? 0) + 1);
      // Unless a file that was asked for at the same time moved on already.
      if (version.preferred === at) version.preferred = (at + 1) % bases.length;
      if (attempt + 1 < attempts) continue;
      version.lastFailure = await codeOf(error, url, file.integrity);
      throw new FederationError(version.lastFailure, `${url} could not be used.`, { cause: error });
    }
  }
}
