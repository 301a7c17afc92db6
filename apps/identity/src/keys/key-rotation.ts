import type { SigningAlgorithm } from "@mullion/contracts/identity-clients";
import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import type { KeyRing } from "@mullion/token-store";
import { type AuditEntry, insertEntries } from "../audit/audit-log.ts";
import { identityProblem } from "../errors.ts";
import {
  algorithmsInUse,
  deleteKey,
  deleteRetired,
  insertKey,
  type KeyStatus,
  lockKeys,
  promoteNext,
  readKeys,
  reseal,
  type StoredKey,
  tryLockKeys,
} from "./key-store.ts";

/** How long a key spends in each stage, in seconds. */
export interface KeyPolicy {
  /** How long one key signs. */
  rotateAfterSeconds: number;
  /** How long a key is published before it may sign: at least as long as verifiers keep the key set. */
  publishAheadSeconds: number;
  /** How long a key stays published after it has signed for the last time. */
  keepSeconds: number;
}

const daySeconds = 24 * 60 * 60;

/** Verifiers keep the key set for up to a quarter of an hour; ID tokens come back as hints for as long as a session lasts. */
export function keyPolicy(rotationDays: number): KeyPolicy {
  return {
    rotateAfterSeconds: rotationDays * daySeconds,
    publishAheadSeconds: 16 * 60,
    keepSeconds: 15 * daySeconds,
  };
}

/** Who asked for it, for the audit log. Nobody: the schedule. */
export type KeyActor = Pick<AuditEntry, "userId" | "clientId" | "address">;

/** What changing keys takes. */
export interface KeyWork {
  pool: Pool;
  ring: KeyRing;
  policy: KeyPolicy;
}

function find(keys: readonly StoredKey[], alg: SigningAlgorithm, status: KeyStatus): StoredKey | undefined {
  return keys.find((key) => key.alg === alg && key.status === status);
}

/** Has an algorithm sign with its next key, and publishes the one after that. */
async function promote(
  client: PoolClient,
  { ring, policy }: KeyWork,
  { alg, kid }: StoredKey,
  actor: KeyActor,
): Promise<void> {
  await promoteNext(client, alg, policy.keepSeconds);
  await insertKey(client, ring, alg, "next");
  await insertEntries(client, [{ ...actor, action: "key.rotate", details: { alg, kid } }]);
}

/** Makes what an algorithm lacks: a key that signs, and the one to follow it. */
async function stage(
  client: PoolClient,
  ring: KeyRing,
  algorithms: Iterable<SigningAlgorithm>,
): Promise<void> {
  const keys = await readKeys(client);
  for (const alg of algorithms) {
    for (const status of ["current", "next"] as const) {
      if (find(keys, alg, status) === undefined) await insertKey(client, ring, alg, status);
    }
  }
}

/** Makes the first keys of an algorithm, unless it has some. */
export async function stageAlgorithm({ pool, ring }: KeyWork, alg: SigningAlgorithm): Promise<void> {
  await inTransaction(pool, async (client) => {
    await lockKeys(client);
    await stage(client, ring, [alg]);
  });
}

/**
 * Does what is due: first keys of algorithms that clients use, the next key of each, rotation by age, the end of
 * retired keys, and sealing with the newest key of the ring. Of several instances, one does it.
 */
export async function maintainKeys(work: KeyWork): Promise<void> {
  const { pool, ring, policy } = work;
  await inTransaction(pool, async (client) => {
    if (!(await tryLockKeys(client))) return;
    await stage(client, ring, await algorithmsInUse(client));
    const keys = await readKeys(client);
    for (const { alg, signingSeconds } of keys) {
      const next = find(keys, alg, "next");
      if (signingSeconds < policy.rotateAfterSeconds || next === undefined) continue;
      if (next.publishedSeconds >= policy.publishAheadSeconds) await promote(client, work, next, {});
    }
    await deleteRetired(client);
    await reseal(client, ring, await readKeys(client));
  });
}

/**
 * Has every algorithm, or one, sign with its next key. Throws `key_too_fresh` when a next key has not been published for
 * long enough: somebody would not know it yet.
 */
export async function rotateKeys(
  work: KeyWork,
  only: SigningAlgorithm | undefined,
  actor: KeyActor,
): Promise<void> {
  const { pool, policy } = work;
  await inTransaction(pool, async (client) => {
    await lockKeys(client);
    const keys = await readKeys(client);
    const next = keys.filter(({ alg, status }) => status === "next" && (only ?? alg) === alg);
    const waits = next.map(({ publishedSeconds }) => policy.publishAheadSeconds - publishedSeconds);
    const waitSeconds = next.length === 0 ? policy.publishAheadSeconds : Math.ceil(Math.max(...waits));
    if (waitSeconds > 0) {
      throw identityProblem("key_too_fresh", {
        detail: `Verifiers may not know the next key yet. Try again in ${String(waitSeconds)} seconds, or drop the current key if it is known to others.`,
        headers: { "retry-after": String(waitSeconds) },
      });
    }
    for (const key of next) await promote(client, work, key, actor);
  });
}

/**
 * Takes a key away at once, for one that others know: nothing it signed is accepted here any more, and elsewhere as soon
 * as the key set is read anew. The next key takes its place, however fresh.
 */
export async function dropKey(work: KeyWork, kid: string, actor: KeyActor): Promise<void> {
  const { pool, ring, policy } = work;
  await inTransaction(pool, async (client) => {
    await lockKeys(client);
    const keys = await readKeys(client);
    const key = keys.find((candidate) => candidate.kid === kid);
    if (key === undefined) throw identityProblem("key_not_found");
    await deleteKey(client, kid);
    if (key.status === "current") await promoteNext(client, key.alg, policy.keepSeconds);
    if (key.status !== "previous") await stage(client, ring, [key.alg]);
    await insertEntries(client, [
      { ...actor, action: "key.drop", details: { alg: key.alg, kid, status: key.status } },
    ]);
  });
}
