import type { Pool } from "@mullion/postgres";
import type { Adapter, AdapterPayload } from "oidc-provider";
import { bindingUnderWay, insertBoundGrant } from "../sign-ins/bind-grant.ts";
import { noteUser } from "../users/noted-user.ts";
import { toUser, type UserRow, userColumns } from "../users/user-store.ts";
import { toExpiry } from "./expiry.ts";
import { hashId, withoutId } from "./id-hash.ts";

async function findSession(pool: Pool, id: Buffer): Promise<AdapterPayload | undefined> {
  const { rows } = await pool.query<{ payload: AdapterPayload }>({
    name: "session-find",
    text: "select payload from sessions where id_hash = $1",
    values: [id],
  });
  return rows[0]?.payload;
}

async function findGrant(pool: Pool, id: Buffer): Promise<AdapterPayload | undefined> {
  const { rows } = await pool.query<{ payload: AdapterPayload } & UserRow>({
    name: "grant-find",
    text: `select g.payload, ${userColumns} from grants g join users u on u.id = g.account_id where g.id_hash = $1`,
    values: [id],
  });
  const [row] = rows;
  if (row !== undefined) noteUser(toUser(row));
  return row?.payload;
}

async function upsertSession(pool: Pool, id: Buffer, payload: AdapterPayload, expiry: Date): Promise<void> {
  // Keyed by uid: two requests that give one session a new id at the same time leave one row, not an error. A sign-in
  // that was ended while the request was under way is not written back.
  await pool.query({
    name: "session-upsert",
    text: `with owner as (select sign_ins_ended_at from users where id = $3::uuid for share),
       sign_in as (select ended_at from sign_ins where session_uid = $2::text for share)
     insert into sessions (id_hash, uid, account_id, payload, expires_at)
     select $1::bytea, $2::text, $3::uuid, $4::jsonb, $5::timestamptz
     where not exists (
       select from owner where sign_ins_ended_at > to_timestamp(($4::jsonb ->> 'loginTs')::bigint)
       union all select from sign_in where ended_at is not null
     )
     on conflict (uid) do update set id_hash = excluded.id_hash, account_id = excluded.account_id,
       payload = excluded.payload, expires_at = excluded.expires_at`,
    values: [id, payload.uid, payload.accountId ?? null, payload, expiry],
  });
}

async function upsertGrant(pool: Pool, id: Buffer, payload: AdapterPayload, expiry: Date): Promise<void> {
  const signIn = bindingUnderWay();
  if (signIn !== undefined) return insertBoundGrant(pool, { id, payload, expiry }, signIn);
  await pool.query({
    name: "grant-upsert",
    text: `insert into grants (id_hash, client_id, account_id, payload, expires_at) values ($1, $2, $3, $4, $5)
     on conflict (id_hash) do update set payload = excluded.payload, expires_at = excluded.expires_at`,
    values: [id, payload.clientId, payload.accountId, payload, expiry],
  });
}

const tableOf = { Session: "sessions", Grant: "grants" } as const;
const findOf = { Session: findSession, Grant: findGrant } as const;
const upsertOf = { Session: upsertSession, Grant: upsertGrant } as const;

/** Models that live for weeks and are revoked together, in one transaction. Refresh tokens have their own adapter. */
export type PostgresModel = keyof typeof tableOf;

/** True for the models kept in Postgres. */
export function isPostgresModel(model: string): model is PostgresModel {
  return Object.hasOwn(tableOf, model);
}

/**
 * Keeps sessions and grants. Rows are keyed by the hash of the id and the stored payload is without it, so that a copy of
 * the database opens nothing.
 */
export function createPostgresAdapter(pool: Pool, model: PostgresModel): Adapter {
  return {
    async upsert(id, payload, expiresIn) {
      await upsertOf[model](pool, hashId(id), withoutId(payload), toExpiry(expiresIn));
    },
    async find(id) {
      const payload = await findOf[model](pool, hashId(id));
      return payload && { ...payload, jti: id };
    },
    async findByUid(uid) {
      // The id itself is not stored: what is found by uid can be read, and cannot be saved under its old id.
      const { rows } = await pool.query<{ payload: AdapterPayload }>(
        "select payload from sessions where uid = $1",
        [uid],
      );
      return rows[0]?.payload;
    },
    async destroy(id) {
      await pool.query(`delete from ${tableOf[model]} where id_hash = $1`, [hashId(id)]);
    },
    async consume() {},
    async revokeByGrantId() {},
    findByUserCode: async () => undefined,
  };
}
