import path from "node:path";
import type { Problem, PublicKey, Release } from "@mullion/contracts";
import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import {
  decodeReleaseSigner,
  type SignedVersion,
  type VerifiedRelease,
  verifyRelease,
} from "@mullion/release-signing";
import pMap from "p-map";
import type { Caller } from "../actor.ts";
import type { ArtifactStore } from "../artifacts/artifact-store.ts";
import { blobHashOf } from "../artifacts/blob-hash.ts";
import { compressFiles } from "../artifacts/compress.ts";
import { appendAudit } from "../audit.ts";
import { refuse } from "../errors.ts";
import { findHostIssues } from "../hosts/host-gate.ts";
import { readHost } from "../hosts/hosts.ts";
import { readDelegation, refuseSignature } from "../keys/delegations.ts";
import { announceProofs } from "../keys/vouching.ts";
import { assertMayChange, claimRemote } from "../publishers/publishers.ts";
import { findOverweight, type Limits } from "./budget.ts";
import { digestOf } from "./digest.ts";
import { findIssues } from "./gate.ts";

const statsAtOnce = 16;

/** What publishing works on. */
export interface Publishing {
  readonly pool: Pool;
  readonly store: ArtifactStore;
  readonly rootKeys: readonly PublicKey[];
  readonly limits: Limits;
}

function assertNone(issues: NonNullable<Problem["issues"]>): void {
  if (issues.length > 0) {
    throw refuse("release_invalid", "Correct what is listed, pack and deploy again.", issues);
  }
}

/** The release in the signature of a key that may sign this remote. `hold` as in `readDelegation`. */
async function verify(
  from: { readonly client: Pool | PoolClient; readonly rootKeys: readonly PublicKey[] },
  signed: SignedVersion,
  hold: { readonly hold: boolean },
): Promise<VerifiedRelease> {
  let thumbprint: string;
  try {
    thumbprint = decodeReleaseSigner(signed.jws);
  } catch (error) {
    return refuseSignature(error);
  }
  const delegation = await readDelegation(from, thumbprint, hold);
  const release = await verifyRelease(signed, delegation).catch(refuseSignature);
  return { release, delegation };
}

/** Throws `blobs_missing`, or `release_invalid` for sizes that are not those of the files. */
async function assertFilesAreThere(store: ArtifactStore, release: Release): Promise<void> {
  const sizes = await pMap(release.files, ({ integrity }) => store.size(blobHashOf(integrity)), {
    concurrency: statsAtOnce,
  });
  const found = release.files.map((file, at) => ({ ...file, size: sizes[at] }));
  const missing = found.filter(({ size }) => size === undefined);
  if (missing.length > 0) {
    throw refuse(
      "blobs_missing",
      "Upload each with PUT /blobs/<sha384>, then publish again.",
      missing.map((file) => ({ path: file.path, message: blobHashOf(file.integrity) })),
    );
  }
  const wrong = found.filter(({ size, bytes }) => size !== bytes);
  assertNone(
    wrong.map(({ path, size, bytes }) => ({
      path,
      message: `listed with ${String(bytes)} bytes, uploaded with ${String(size)}`,
    })),
  );
}

/** True when the version is new. Of several publishers at once the first commits; the others then find it there. */
async function insertVersion(client: PoolClient, release: Release, caller: Caller): Promise<boolean> {
  const { remote, version, container, files } = release;
  const digest = digestOf(release);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const { rowCount } = await client.query(
    `insert into versions (remote, version, container, digest, release, bytes, published_by)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [remote, version, container, digest, JSON.stringify(release), bytes, caller.name],
  );
  if (rowCount === 1) return true;
  const { rows } = await client.query<{ digest: string }>(
    "select digest from versions where remote = $1 and version = $2",
    [remote, version],
  );
  const existing = rows[0];
  if (existing === undefined) {
    throw refuse("container_taken", `Build again: ${container} names another version's container.`);
  }
  if (existing.digest !== digest) {
    throw refuse(
      "version_exists",
      `${remote}@${version} is published and never changes. Build again: every build has an id of its own.`,
    );
  }
  return false;
}

async function insert(
  client: PoolClient,
  rootKeys: readonly PublicKey[],
  signed: SignedVersion,
  caller: Caller,
): Promise<{ created: boolean; goodUntil: string }> {
  const { remote, version, jws } = signed;
  await claimRemote(client, caller, remote);
  // Once more: looking at the files took a while, in which the key may have been revoked.
  const { release, delegation } = await verify({ client, rootKeys }, signed, { hold: true });
  const created = await insertVersion(client, release, caller);
  const { thumbprint, team } = delegation;
  const { rowCount } = await client.query(
    `insert into signatures (remote, version, thumbprint, jws) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [remote, version, thumbprint, jws],
  );
  if (created || rowCount === 1) {
    const action = created ? "version.published" : "version.signed";
    const detail = { digest: digestOf(release), files: release.files.length, team, thumbprint };
    await appendAudit(client, caller, { action, remote, version, detail });
  }
  if (!created && rowCount === 1) await announceProofs(client, thumbprint);
  return { created, goodUntil: delegation.expiresAt };
}

/**
 * Publishes a signed release for ever. A version that is there already may be signed by a further key.
 * @param channel whose live shell it must fit.
 * @returns whether it was new (publishing the same again changes nothing), and until when fronts take the signature.
 * @throws {ProblemError} `not_a_publisher`, `key_unknown`, `key_revoked`, `signature_refused`, `release_invalid`,
 * `blobs_missing`, `version_exists` or `container_taken`.
 */
export async function publish(
  publishing: Publishing,
  signed: SignedVersion,
  { caller, channel }: { caller: Caller; channel: string },
): Promise<{ created: boolean; goodUntil: string }> {
  const { pool, store, rootKeys, limits } = publishing;
  await assertMayChange(pool, caller, signed.remote);
  const { release } = await verify({ client: pool, rootKeys }, signed, { hold: false });
  const host = await readHost(pool, channel);
  assertNone([...findIssues(release), ...(host === null ? [] : findHostIssues(release, host))]);
  await assertFilesAreThere(store, release);
  await compressFiles(store, release.files, `${path.posix.dirname(release.serverEntry)}/`);
  assertNone(await findOverweight(store, release, limits));
  return inTransaction(pool, (client) => insert(client, rootKeys, signed, caller));
}
