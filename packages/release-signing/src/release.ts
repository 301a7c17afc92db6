import { type PlacedVersion, type PublicKey, type Release, releaseSchema } from "@mullion/contracts";
import { type VerifiedDelegation, verifyDelegation } from "./delegation.ts";
import { ReleaseSigningError } from "./errors.ts";
import { decodeKeyName, signDocument, verifyDocument } from "./signed-document.ts";
import type { SigningKey } from "./signing-key.ts";

const type = "mullion-release+jws";

/** A release with what proves that it may be used. */
export interface VerifiedRelease {
  readonly release: Release;
  readonly delegation: VerifiedDelegation;
}

/** Signs a release with a team's key. */
export async function signRelease(release: Release, key: SigningKey): Promise<string> {
  return signDocument(type, release, key);
}

/**
 * Name of the key that a release says it was signed with: which delegation to look for. It proves nothing.
 * @throws {ReleaseSigningError} `unsigned`
 */
export function decodeReleaseSigner(jws: string): string {
  return decodeKeyName(jws, type);
}

/** What a release is published as, and under which name. */
export interface SignedVersion {
  readonly remote: string;
  readonly version: string;
  readonly jws: string;
}

/**
 * The release in a JWS, when the delegated key signed it, may sign this remote, and it is the version asked for.
 * @throws {ReleaseSigningError}
 */
export async function verifyRelease(
  { remote, version, jws }: SignedVersion,
  delegation: VerifiedDelegation,
): Promise<Release> {
  const release = await verifyDocument(jws, { type, keys: [delegation.key], schema: releaseSchema });
  if (release.remote !== remote || release.manifest.name !== remote) {
    throw new ReleaseSigningError("other_remote");
  }
  if (release.version !== version) throw new ReleaseSigningError("other_version");
  if (!delegation.remotes.includes(remote)) throw new ReleaseSigningError("remote_not_delegated");
  return release;
}

/**
 * What a channel places, verified from the root key down. Only the hashes of its files remain to be compared, with the bytes.
 * It costs two signatures: keep the result for as long as `delegation.expiresAt` allows.
 * @throws {ReleaseSigningError}
 */
export async function verifyPlacedVersion(
  placed: PlacedVersion,
  rootKeys: readonly PublicKey[],
  now: Date,
): Promise<VerifiedRelease> {
  const delegation = await verifyDelegation(placed.delegation, rootKeys, now);
  return { release: await verifyRelease(placed, delegation), delegation };
}
