import { type SigningAlgorithm, signingAlgorithmSchema } from "@mullion/contracts/identity-clients";
import type { Pool, PoolClient } from "@mullion/postgres";
import type { KeyRing } from "@mullion/token-store";
import { createSigningKey, openKey, sealKey } from "./signing-key.ts";

/** Stages of a key: published, signing, still published. */
export type KeyStatus = "next" | "current" | "previous";

/** A key as it is stored. */
export interface StoredKey {
  kid: string;
  alg: SigningAlgorithm;
  status: KeyStatus;
  sealed: string;
  publishedAt: Date;
  currentSince: Date | null;
  retiresAt: Date | null;
  /** Seconds since it was published, by Postgres' clock: those of several machines differ. */
  publishedSeconds: number;
  /** Seconds for which it has been signing; 0 for those that are not. */
  signingSeconds: number;
}

interface Row {
  kid: string;
  alg: string;
  status: KeyStatus;
  sealed_jwk: string;
  created_at: Date;
  current_since: Date | null;
  retires_at: Date | null;
  published_seconds: number;
  signing_seconds: number;
}

type Queryable = Pick<Pool | PoolClient, "query">;

/** Keys in the order in which the library chooses one to sign with: of each algorithm, the current one first. */
export async function readKeys(db: Queryable): Promise<StoredKey[]> {
  const { rows } = await db.query<Row>(
    `select kid, alg, status, sealed_jwk, created_at, current_since, retires_at,
       extract(epoch from now() - created_at)::float8 as published_seconds,
       case when status = 'current' then extract(epoch from now() - current_since)::float8 else 0 end as signing_seconds
     from signing_keys
     order by alg, array_position(array['current', 'next', 'previous'], status), created_at desc, kid`,
  );
  return rows.map((row) => ({
    kid: row.kid,
    alg: signingAlgorithmSchema.parse(row.alg),
    status: row.status,
    sealed: row.sealed_jwk,
    publishedAt: row.created_at,
    currentSince: row.current_since,
    retiresAt: row.retires_at,
    publishedSeconds: row.published_seconds,
    signingSeconds: row.signing_seconds,
  }));
}

/** Makes keys wait for each other's changes: of several instances, one rotates. */
export async function lockKeys(client: PoolClient): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtext('signing_keys'))");
}

/** Like `lockKeys`, without waiting: false when another instance is at work. */
export async function tryLockKeys(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_xact_lock(hashtext('signing_keys')) as locked",
  );
  return rows[0]?.locked === true;
}

/** Makes and stores a key. */
export async function insertKey(
  db: Queryable,
  ring: KeyRing,
  alg: SigningAlgorithm,
  status: "next" | "current",
): Promise<void> {
  const jwk = await createSigningKey(alg);
  await db.query(
    `insert into signing_keys (kid, alg, status, sealed_jwk, current_since)
     values ($1, $2, $3, $4, case when $3 = 'current' then now() end)`,
    [jwk.kid, alg, status, sealKey(ring, jwk)],
  );
}

/** Has the next key of an algorithm sign. The current one stays published for so long. */
export async function promoteNext(
  db: Queryable,
  alg: SigningAlgorithm,
  publishedAfterSeconds: number,
): Promise<void> {
  // In this order: an algorithm has one current key.
  await db.query(
    `update signing_keys set status = 'previous', retires_at = now() + make_interval(secs => $2)
     where alg = $1 and status = 'current'`,
    [alg, publishedAfterSeconds],
  );
  await db.query(
    "update signing_keys set status = 'current', current_since = now() where alg = $1 and status = 'next'",
    [alg],
  );
}

/** Removes a key, whatever its stage. */
export async function deleteKey(db: Queryable, kid: string): Promise<void> {
  await db.query("delete from signing_keys where kid = $1", [kid]);
}

/** Removes the keys whose time is over. */
export async function deleteRetired(db: Queryable): Promise<void> {
  await db.query("delete from signing_keys where status = 'previous' and retires_at < now()");
}

/** Seals the keys anew that the newest key of the ring does not open. */
export async function reseal(db: Queryable, ring: KeyRing, keys: readonly StoredKey[]): Promise<void> {
  for (const { kid, sealed } of keys) {
    if (ring.isNewest(sealed)) continue;
    await db.query("update signing_keys set sealed_jwk = $2 where kid = $1", [
      kid,
      sealKey(ring, openKey(ring, kid, sealed)),
    ]);
  }
}

/** Algorithms that a client's ID tokens are to be signed with. */
export async function algorithmsInUse(db: Queryable): Promise<SigningAlgorithm[]> {
  const { rows } = await db.query<{ alg: string | null }>(
    `select distinct registration ->> 'idTokenSignedResponseAlg' as alg from clients where disabled_at is null`,
  );
  // Access tokens are signed with ES256, whatever the clients' ID tokens are.
  const inUse = rows.flatMap(({ alg }) => signingAlgorithmSchema.safeParse(alg).data ?? []);
  return [...new Set<SigningAlgorithm>(["ES256", ...inUse])];
}
