import { createHash } from "node:crypto";
import type { PlacedRelease, PlacedVersion, PublicKey, Scope } from "@mullion/contracts";
import { ReleaseSigningError, verifyPlacedVersion } from "@mullion/release-signing";
import type { ArtifactCache } from "./artifact-cache.ts";

/** `remote@version`, as `withdrawn` of a channel names versions too. */
export function versionKey(remote: string, version: string): string {
  return `${remote}@${version}`;
}

/** A version that must not be used: the alert to record. */
export interface RefusedVersion {
  readonly remote: string;
  readonly version: string;
  /** Code of `@mullion/release-signing`. */
  readonly code: string;
}

/** Who named a version: the channel, which shows it to whoever it is for, or an override, which shows it to one person. */
export type NamedBy = "channel" | "override";

/** Verified versions. Nothing of a release is used that did not come out of here. */
export interface ReleaseBook {
  /**
   * The release of a placed version, verified from the root key down. Its files may be read from then on.
   * @throws {ReleaseSigningError} when it does not verify; the first time the alert is recorded.
   */
  verify(placed: PlacedVersion, namedBy: NamedBy): Promise<PlacedRelease>;
  /**
   * A version of the channel that was verified before, also when it is no longer live: a visit may be pinned to it. Never
   * what only overrides showed, nor what nothing vouches for any more because its delegation has ended.
   */
  find(remote: string, version: string): PlacedRelease | undefined;
  /** Scopes that the channel's known versions of a remote declare. */
  scopesOf(remote: string): ReadonlySet<Scope>;
  /** These stay however many others come. */
  keep(keys: ReadonlySet<string>): void;
}

interface Entry {
  readonly release: PlacedRelease;
  /** Of the signed documents that it came from: other ones have to be verified anew. */
  readonly digest: string;
  /** End of the delegation, in milliseconds. */
  readonly expiresAt: number;
  readonly isOfChannel: boolean;
}

/** What is neither live nor used falls out, the longest unused first; the registry can be asked again. */
const rememberedVersions = 200;

function digestOf({ jws, delegation, baseUrl }: PlacedVersion): string {
  return createHash("sha256").update(`${delegation}\n${jws}\n${baseUrl}`).digest("base64url");
}

/** What the book is made of. */
export interface ReleaseBookOptions {
  readonly rootKeys: readonly PublicKey[];
  readonly artifacts: Pick<ArtifactCache, "admit" | "retire">;
  /** Called once for each document that is refused. */
  readonly onRefused: (refused: RefusedVersion, error: ReleaseSigningError) => void;
  readonly now?: () => number;
}

/** Opens an empty book. A version costs two signatures once, and a hash after that. */
export function createReleaseBook(options: ReleaseBookOptions): ReleaseBook {
  const { rootKeys, artifacts, onRefused, now = Date.now } = options;
  const entries = new Map<string, Entry>();
  const refused = new Map<string, ReleaseSigningError>();
  /** Asked for by every call of the API; thrown away when a version comes or goes. */
  const scopes = new Map<string, ReadonlySet<Scope>>();
  let kept: ReadonlySet<string> = new Set();

  const forgetOldest = (): void => {
    for (const [key, { release }] of entries) {
      if (entries.size <= rememberedVersions) return;
      if (kept.has(key)) continue;
      entries.delete(key);
      artifacts.retire(release);
    }
  };

  const touch = (key: string, entry: Entry): void => {
    entries.delete(key);
    entries.set(key, entry);
  };

  const refuse = (placed: PlacedVersion, digest: string, error: unknown): never => {
    if (!(error instanceof ReleaseSigningError)) throw error;
    if (!refused.has(digest)) {
      if (refused.size >= rememberedVersions) refused.clear();
      refused.set(digest, error);
      const { remote, version } = placed;
      onRefused({ remote, version, code: error.code }, error);
    }
    throw error;
  };

  return {
    async verify(placed, namedBy) {
      const key = versionKey(placed.remote, placed.version);
      const digest = digestOf(placed);
      const known = entries.get(key);
      // What the channel named once stays the channel's, whoever tries it by a link later.
      const isOfChannel = namedBy === "channel" || known?.isOfChannel === true;
      if (known?.digest === digest && known.expiresAt > now()) {
        touch(key, { ...known, isOfChannel });
        if (isOfChannel !== known.isOfChannel) scopes.clear();
        return known.release;
      }
      const { release, delegation } = await verifyPlacedVersion(placed, rootKeys, new Date(now())).catch(
        (error: unknown) => refuse(placed, digest, error),
      );
      const entry: Entry = {
        release: { ...release, baseUrl: placed.baseUrl },
        digest,
        expiresAt: Date.parse(delegation.expiresAt),
        isOfChannel,
      };
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
      if (entry === undefined || !entry.isOfChannel || entry.expiresAt <= now()) return undefined;
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
    keep(keys) {
      kept = keys;
    },
  };
}
