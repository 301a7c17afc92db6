import type { ReleaseDescriptor, RemoteFile } from "../descriptor.ts";
import { FederationError, type FederationErrorCode } from "../errors.ts";
import { type Insert, insertScript, insertStylesheet } from "./insert-element.ts";
import { loadFile, type Version } from "./load-file.ts";

interface KnownVersion extends Version {
  readonly remote: ReleaseDescriptor;
  readonly hashes: Map<string, string>;
  /** Files that are on the way or on the page, with the URL they came from; those that failed are forgotten. */
  readonly loads: Map<string, Promise<string>>;
  /** The list of hashes of what may be loaded later, once it was asked for. */
  list: Promise<void> | null;
}

const versions = new Map<string, KnownVersion>();

/** Makes a version's files known, so that they can be loaded. Every exposed module brings the hashes it needs first. */
export function registerVersion(remote: ReleaseDescriptor): void {
  const known: KnownVersion = versions.get(remote.container) ?? {
    ...{ remote, bases: remote.bases, preferred: 0, failures: new Map(), lastFailure: null },
    ...{ hashes: new Map<string, string>(), loads: new Map(), list: null },
  };
  versions.set(remote.container, known);
  for (const { path, integrity } of [remote.entry, ...remote.scripts, ...remote.styles])
    known.hashes.set(path, integrity);
}

/** Which known version serves files at a URL, and the path of this one. */
export function locate(rawUrl: string): { container: string; path: string } | null {
  // webpack names chunks relative to the entry: `…/chunks/../../static/chunks/7.js`.
  const { origin, pathname } = new URL(rawUrl);
  const url = `${origin}${pathname}`;
  for (const [container, { bases }] of versions) {
    const base = bases.find((candidate) => url.startsWith(candidate));
    if (base !== undefined) return { container, path: url.slice(base.length) };
  }
  return null;
}

/** The remote of a known version. */
export function remoteOf(container: string): ReleaseDescriptor | null {
  return versions.get(container)?.remote ?? null;
}

/** Why the last file of a version could not be had, if one could not. */
export function lastFailureOf(container: string): FederationErrorCode | null {
  return versions.get(container)?.lastFailure ?? null;
}

function known(container: string): KnownVersion {
  const version = versions.get(container);
  if (version === undefined)
    throw new FederationError("no_hash", `nothing is known of ${container}: it is not loaded`);
  return version;
}

async function fetchList(version: KnownVersion, list: RemoteFile): Promise<void> {
  const read: Insert = async ({ url, integrity, patienceMs }) => {
    const response = await fetch(url, {
      credentials: "omit",
      signal: AbortSignal.timeout(patienceMs),
      ...(integrity === null ? {} : { integrity }),
    }).catch((cause: unknown) => {
      throw new FederationError("remote_unavailable", `${url} could not be loaded.`, { cause });
    });
    if (!response.ok) throw new FederationError("remote_unavailable", `${url} answered ${response.status}.`);
    // The browser compared its bytes with the hash in the signed release: it is what the build wrote.
    const hashes = (await response.json()) as Readonly<Record<string, string>>;
    for (const [path, hash] of Object.entries(hashes)) version.hashes.set(path, hash);
  };
  await loadFile(version, list, read);
}

/** The hash of a file that is not part of first paint: the list of later files is asked for when one is needed. */
async function hashOf(version: KnownVersion, path: string): Promise<string> {
  const { hashes } = version.remote;
  if (!version.hashes.has(path) && hashes !== null) {
    version.list ??= fetchList(version, hashes).catch((error: unknown) => {
      version.list = null;
      throw error;
    });
    await version.list;
  }
  const hash = version.hashes.get(path);
  if (hash !== undefined) return hash;
  version.lastFailure = "no_hash";
  throw new FederationError(
    "no_hash",
    `${version.remote.name} lists no hash for ${path}: it is not requested`,
  );
}

function load(container: string, path: string, insert: Insert): Promise<string> {
  const version = known(container);
  const begun = version.loads.get(path);
  if (begun !== undefined) return begun;
  const loading = hashOf(version, path).then((integrity) => loadFile(version, { path, integrity }, insert));
  version.loads.set(path, loading);
  loading.catch(() => {
    version.loads.delete(path);
  });
  return loading;
}

/** Forgets which scripts of a version were run, so that they are run again when it is loaded again. */
export function forgetScripts(container: string): void {
  const version = versions.get(container);
  for (const path of version?.loads.keys() ?? []) {
    if (path.endsWith(".js")) version?.loads.delete(path);
  }
}

/** Loads and runs a script of a known version, once; only with the bytes that were published. */
export function loadScript(container: string, path: string): Promise<string> {
  return load(container, path, insertScript);
}

/** Loads and applies a stylesheet of a known version, once; only with the bytes that were published. */
export function loadStylesheet(container: string, path: string): Promise<string> {
  return load(container, path, insertStylesheet);
}
