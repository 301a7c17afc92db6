import path from "node:path";
import type { Release } from "@mullion/contracts";
import { inTransaction, type Pool } from "@mullion/postgres";
import pMap from "p-map";
import type { Actor } from "../actor.ts";
import type { ArtifactStore } from "../artifacts/artifact-store.ts";
import { blobHashOf } from "../artifacts/blob-hash.ts";
import { compressFiles } from "../artifacts/compress.ts";
import { appendAudit } from "../audit.ts";
import { refuse } from "../errors.ts";
import { digestOf } from "./digest.ts";
import { findIssues } from "./gate.ts";

const statsAtOnce = 16;

/** Throws `release_invalid` or `blobs_missing`, listing everything that is wrong at once. */
async function assertPublishable(store: ArtifactStore, release: Release): Promise<void> {
  const issues = findIssues(release);
  if (issues.length > 0)
    throw refuse("release_invalid", "Correct what is listed, pack and deploy again.", issues);
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
  if (wrong.length > 0) {
    throw refuse(
      "release_invalid",
      "Correct what is listed, pack and deploy again.",
      wrong.map(({ path, size, bytes }) => ({
        path,
        message: `listed with ${String(bytes)} bytes, uploaded with ${String(size)}`,
      })),
    );
  }
}

async function insert(pool: Pool, release: Release, digest: string, actor: Actor): Promise<boolean> {
  const bytes = release.files.reduce((sum, file) => sum + file.bytes, 0);
  return inTransaction(pool, async (client) => {
    await client.query("insert into remotes (name, created_by) values ($1, $2) on conflict do nothing", [
      release.remote,
      actor.name,
    ]);
    // Of several publishers at once the first commits; the others wait here for it and then insert nothing.
    const { rowCount } = await client.query(
      `insert into versions (remote, version, container, digest, release, bytes, published_by)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
      [
        release.remote,
        release.version,
        release.container,
        digest,
        JSON.stringify(release),
        bytes,
        actor.name,
      ],
    );
    if (rowCount !== 1) return false;
    await appendAudit(client, actor, {
      action: "version.published",
      remote: release.remote,
      version: release.version,
      detail: { digest, bytes, files: release.files.length },
    });
    return true;
  });
}

/**
 * Publishes a release for ever.
 * @returns whether it was new; publishing the same again changes nothing.
 * @throws {ProblemError} `release_invalid`, `blobs_missing`, `version_exists` or `container_taken`.
 */
export async function publish(
  { pool, store }: { pool: Pool; store: ArtifactStore },
  release: Release,
  actor: Actor,
): Promise<{ created: boolean }> {
  await assertPublishable(store, release);
  await compressFiles(store, release.files, `${path.posix.dirname(release.serverEntry)}/`);
  const digest = digestOf(release);
  if (await insert(pool, release, digest, actor)) return { created: true };
  const { rows } = await pool.query<{ digest: string }>(
    "select digest from versions where remote = $1 and version = $2",
    [release.remote, release.version],
  );
  const existing = rows[0];
  if (existing === undefined) {
    throw refuse("container_taken", `Build again: ${release.container} names another version's container.`);
  }
  if (existing.digest !== digest) {
    throw refuse(
      "version_exists",
      `${release.remote}@${release.version} is published and never changes. Build again: every build has an id of its own.`,
    );
  }
  return { created: false };
}
