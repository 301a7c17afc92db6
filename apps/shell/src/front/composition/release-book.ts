import { createHash } from "node:crypto";
import type { PlacedRelease, PlacedVersion, PublicKey, Scope } from "@mullion/contracts";
import { ReleaseSigningError, verifyPlacedVersion } from "@mullion/release-signing";
import { ShellError } from "../errors.ts";
import type { ArtifactCache } from "./artifact-cache.ts";

/** `remote@version`, as `withdrawn` of a channel names versions too. */
export function versionKey(remote: string, version: string): string {
  return `${remote}@${version}`;
}

/** A version that must not be used: the alert to record. */
export interface RefusedVersion {
  readonly remote: string;
  readonly version: string;
  /** Code of `@mullion/release-signing`, `artifact_host_refused`, `key_revoked`, or the name of what else is wrong with it. */
  readonly code: string;
}

/** Who named a version: the channel, which shows it to whoever it is for, or an override, which shows it to one person. */
export type NamedBy = "channel" | "override";

/** Verified versions. Nothing of a release is used that did not come out of here. */
export interface ReleaseBook {
  /**
   * The release of a placed version, verified from the root key down. Its files may be read from then on.
   * @throws {ReleaseSigningError} when it does not verify, {ShellError} `artifact_host_refused` or `key_revoked`; the first time of
   * each document the alert is recorded.
   */
  verify(placed: PlacedVersion, namedBy: NamedBy): Promise<PlacedRelease>;
  /**
   * A version of the channel that was verified before, also when it is no longer live: a visit may be pinned to it. Never
   * what only overrides showed, nor what nothing vouches for any more: its delegation has ended, its key was revoked.
   */
  find(remote: string, version: string): PlacedRelease | undefined;
  /** Scopes that the channel's known versions of a remote declare. */
  scopesOf(remote: string): ReadonlySet<Scope>;
  /**
   * Nothing that these keys signed is used from now on, whoever vouches for the keys; it replaces the list before. Returns the
   * known versions that fall by it.
   */
  revoke(thumbprints: ReadonlySet<string>): ReadonlySet<string>;
  /** These stay however many others come. */
  keep(keys: ReadonlySet<string>): void;
}

interface Entry {
  readonly release: PlacedRelease;
  /** Of the signed documents that it came from: other ones have to be verified anew. */
  readonly digest: string;
  /** End of the delegation, in milliseconds. */
  readonly expiresAt: number;
  /** Thumbprint of the key that signed. */
  readonly signer: string;
  readonly isOfChannel: boolean;
}

/** What is neither live nor used falls out, the longest unused first; the registry can be asked again. */
const rememberedVersions = 200;

function digestOf({ jws, delegation, baseUrl }: PlacedVersion): string {
  return createHash("sha256").update(`${delegation}\n${jws}\n${baseUrl}`).digest("base64url");
}

function codeOf(error: unknown): string {
  if (error instanceof ReleaseSigningError || error instanceof ShellError) return error.code;
  return error instanceof Error ? error.name : "unknown";
}

/** Where the version's files are, when that is where files may come from. */
function placeAmong(bases: readonly string[], { remote, version, baseUrl }: PlacedVersion): string {
  const named = new URL(baseUrl).href;
  if (bases.some((base) => `${base}${remote}/${version}/` === named)) return named;
  const message = `The registry places ${remote}@${version} at ${named}, which ARTIFACT_BASES does not allow.`;
  throw new ShellError("artifact_host_refused", message);
}

/** What the book is made of. */
export interface ReleaseBookOptions {
  readonly rootKeys: readonly PublicKey[];
  /** Where files may come from: URLs that end in `/`. The registry says where they are, and nobody signs that. */
  readonly artifactBases: readonly string[];
  readonly artifacts: Pick<ArtifactCache, "admit" | "retire">;
  /** Called once for each document that is refused. */
  readonly onRefused: (refused: RefusedVersion) => void;
  readonly now?: () => number;
}

/** Opens an empty book. A version costs two signatures once, and a hash after that. */
export function createReleaseBook(options: ReleaseBookOptions): ReleaseBook {
  const { rootKeys, artifactBases, artifacts, onRefused, now = Date.now } = options;
  const entries = new Map<string, Entry>();
  const refused = new Set<string>();
  /** Asked for by every call of the API; thrown away when a version comes or goes. */
  const scopes = new Map<string, ReadonlySet<Scope>>();
  let kept: ReadonlySet<string> = new Set();
  let revoked: ReadonlySet<string> = new Set();

  const forgetOldest = (): void => {
    for (const [key, { release }] of entries) {
      if (entries.size <= rememberedVersions) return;
      if (kept.has(key)) continue;
      entries.delete(key);
      artifacts.retire(release);
    }
  };

  /** Whether what vouched for it still does. */
  const isGood = ({ expiresAt, signer }: Entry): boolean => expiresAt > now() && !revoked.has(signer);

  const touch = (key: string, entry: Entry): void => {
    entries.delete(key);
    entries.set(key, entry);
  };

  const refuse = (placed: PlacedVersion, digest: string, error: unknown): never => {
    if (!refused.has(digest)) {
      if (refused.size >= rememberedVersions) refused.clear();
      refused.add(digest);
      const { remote, version } = placed;
      onRefused({ remote, version, code: codeOf(error) });
    }
    throw error;
  };

  const verifyAnew = async (placed: PlacedVersion): Promise<Omit<Entry, "digest" | "isOfChannel">> => {
    const { release, delegation } = await verifyPlacedVersion(placed, rootKeys, new Date(now()));
    const { thumbprint: signer, expiresAt } = delegation;
    if (revoked.has(signer)) throw new ShellError("key_revoked", `The key ${signer} was revoked.`);
    const baseUrl = placeAmong(artifactBases, placed);
    return { release: { ...release, baseUrl }, expiresAt: Date.parse(expiresAt), signer };
  };

  return {
    async verify(placed, namedBy) {
      const key = versionKey(placed.remote, placed.version);
      const digest = digestOf(placed);
      const known = entries.get(key);
      // What the channel named once stays the channel's, whoever tries it by a link later.
      const isOfChannel = namedBy === "channel" || known?.isOfChannel === true;
      if (known?.digest === digest && isGood(known)) {
        touch(key, { ...known, isOfChannel });
        if (isOfChannel !== known.isOfChannel) scopes.clear();
        return known.release;
      }
      const verified = await verifyAnew(placed).catch((error: unknown) => refuse(placed, digest, error));
      const entry: Entry = { ...verified, digest, isOfChannel };
      if (known !== undefined) artifacts.retire(known.release);
      artifacts.admit(entry.release);
      touch(key, entry);
      forgetOldest();
      scopes.clear();
      return entry.release;
    },
    find(remote, version) {
      const key = versionKey(remote, version);
      const entry = entries.get(key);
      if (entry === undefined || !entry.isOfChannel || !isGood(entry)) return undefined;
      touch(key, entry);
      return entry.release;
    },
    scopesOf(remote) {
      const known = scopes.get(remote);
      if (known !== undefined) return known;
      const versions = [...entries.values()].filter(
        ({ release, isOfChannel }) => isOfChannel && release.remote === remote,
      );
      const declared = new Set(versions.flatMap(({ release }) => release.manifest.scopes));
      scopes.set(remote, declared);
      return declared;
    },
    revoke(thumbprints) {
      revoked = thumbprints;
      const fallen = [...entries].filter(([, { signer }]) => revoked.has(signer));
      for (const [key, { release }] of fallen) {
        entries.delete(key);
        artifacts.retire(release);
      }
      if (fallen.length > 0) scopes.clear();
      return new Set(fallen.map(([key]) => key));
    },
    keep(keys) {
      kept = keys;
    },
  };
}
