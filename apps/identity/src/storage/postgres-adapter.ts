import type { Pool } from "@mullion/postgres";
import { type Adapter, type AdapterPayload, errors } from "oidc-provider";
import { hashId, withoutId } from "./id-hash.ts";

interface Row {
  payload: AdapterPayload;
  consumed: number | null;
}

const foreignKeyViolation = "23503";
const findStatement = {
  Session: "select payload, null as consumed from sessions where id_hash = $1",
  Grant: "select payload, null as consumed from grants where id_hash = $1",
  RefreshToken:
    "select payload, extract(epoch from consumed_at)::int as consumed from refresh_tokens where id_hash = $1",
} as const;
const tableOf = { Session: "sessions", Grant: "grants", RefreshToken: "refresh_tokens" } as const;

/** Models that live for weeks and are revoked together, in one transaction. */
export type PostgresModel = keyof typeof tableOf;

/** True for the models kept in Postgres. */
export function isPostgresModel(model: string): model is PostgresModel {
  return Object.hasOwn(tableOf, model);
}

function toExpiry(expiresIn: number | undefined): Date {
  if (expiresIn === undefined) throw new TypeError("a stored model must expire");
  return new Date(Date.now() + expiresIn * 1000);
}

async function upsertSession(pool: Pool, id: Buffer, payload: AdapterPayload, expiry: Date): Promise<void> {
  // Keyed by uid: two requests that give one session a new id at the same time leave one row, not an error. A sign-in
  // that was ended while the request was under way is not written back.
  await pool.query(
    `with owner as (select sign_ins_ended_at from users where id = $3::uuid for share)
     insert into sessions (id_hash, uid, account_id, payload, expires_at)
     select $1::bytea, $2::text, $3::uuid, $4::jsonb, $5::timestamptz
     where not exists (
       select from owner where sign_ins_ended_at > to_timestamp(($4::jsonb ->> 'loginTs')::bigint)
     )
     on conflict (uid) do update set id_hash = excluded.id_hash, account_id = excluded.account_id,
       payload = excluded.payload, expires_at = excluded.expires_at`,
    [id, payload.uid, payload.accountId ?? null, payload, expiry],
  );
}

async function upsertGrant(pool: Pool, id: Buffer, payload: AdapterPayload, expiry: Date): Promise<void> {
  await pool.query(
    `insert into grants (id_hash, client_id, account_id, payload, expires_at) values ($1, $2, $3, $4, $5)
     on conflict (id_hash) do update set payload = excluded.payload, expires_at = excluded.expires_at`,
    [id, payload.clientId, payload.accountId, payload, expiry],
  );
}

async function insertRefreshToken(
  pool: Pool,
  id: Buffer,
  payload: AdapterPayload,
  expiry: Date,
): Promise<void> {
  try {
    await pool.query(
      "insert into refresh_tokens (id_hash, grant_hash, payload, expires_at) values ($1, $2, $3, $4)",
      [id, hashId(payload.grantId ?? ""), payload, expiry],
    );
  } catch (error) {
    const revoked = error instanceof Error && "code" in error && error.code === foreignKeyViolation;
    throw revoked ? new errors.InvalidGrant("the grant was revoked meanwhile") : error;
  }
}

const upsertOf = { Session: upsertSession, Grant: upsertGrant, RefreshToken: insertRefreshToken } as const;

/**
 * Keeps sessions, grants and refresh tokens. Rows are keyed by the hash of the id and the stored payload is without it,
 * so that a copy of the database holds no usable token.
 */
export function createPostgresAdapter(pool: Pool, model: PostgresModel): Adapter {
  return {
    async upsert(id, payload, expiresIn) {
      await upsertOf[model](pool, hashId(id), withoutId(payload), toExpiry(expiresIn));
    },
    async find(id) {
      const { rows } = await pool.query<Row>(findStatement[model], [hashId(id)]);
      const [row] = rows;
      if (row === undefined) return undefined;
      return { ...row.payload, jti: id, ...(row.consumed === null ? {} : { consumed: row.consumed }) };
    },
    async findByUid(uid) {
      // The id itself is not stored: what is found by uid can be read, and cannot be saved under its old id.
      const { rows } = await pool.query<Row>("select payload from sessions where uid = $1", [uid]);
      return rows[0]?.payload;
    },
    async consume(id) {
      // The library reads and then consumes; only this condition makes one of two concurrent refreshes lose.
      const { rowCount } = await pool.query(
        "update refresh_tokens set consumed_at = now() where id_hash = $1 and consumed_at is null",
        [hashId(id)],
      );
      if (rowCount !== 1) throw new errors.InvalidGrant("refresh token already used");
    },
    async destroy(id) {
      await pool.query(`delete from ${tableOf[model]} where id_hash = $1`, [hashId(id)]);
    },
    async revokeByGrantId(grantId) {
      await pool.query("delete from refresh_tokens where grant_hash = $1", [hashId(grantId)]);
    },
    findByUserCode: async () => undefined,
  };
}
