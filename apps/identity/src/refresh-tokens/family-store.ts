import type { Pool } from "@mullion/postgres";
import { type AdapterPayload, errors } from "oidc-provider";
import { hashId, withoutId } from "../storage/id-hash.ts";
import { type StoredUser, toUser, type UserRow, userColumns } from "../users/user-store.ts";
import { replayWindowSeconds } from "./replay.ts";

/** A refresh token whose family is not revoked. */
export interface FoundToken {
  payload: AdapterPayload;
  /** Of its grant: whoever looks for the one needs the other next. */
  grantPayload: AdapterPayload;
  /** Whose it is: needed after that. */
  user: StoredUser;
  /** When it was replaced, in seconds; null for the family's live one. */
  consumedAt: number | null;
  /** True while a replaced one is answered again. */
  replayable: boolean;
}

const foreignKeyViolation = "23503";

/** Finds a token, live or replaced, of a family that is not revoked. */
export async function findToken(pool: Pool, id: string): Promise<FoundToken | undefined> {
  const { rows } = await pool.query<Omit<FoundToken, "user"> & UserRow>({
    name: "refresh-token-find",
    text: `select f.payload || jsonb_build_object('rotations', f.rotations) as payload,
        g.payload as "grantPayload",
        floor(extract(epoch from t.consumed_at))::int as "consumedAt",
        t.consumed_at > now() - make_interval(secs => $2) as replayable,
        ${userColumns}
      from refresh_tokens t
        join refresh_families f on f.id = t.family_id join grants g on g.id_hash = f.grant_hash
        join users u on u.id = g.account_id
      where t.id_hash = $1 and f.revoked_at is null`,
    values: [hashId(id), replayWindowSeconds],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  const { payload, grantPayload, consumedAt, replayable } = row;
  return { payload: { ...payload, jti: id }, grantPayload, consumedAt, replayable, user: toUser(row) };
}

/** What asks for a token. That is the device itself where a browser only lets it in (RFC 8628), or where none is known. */
export interface IssuedTo {
  address?: string | undefined;
  userAgent?: string | undefined;
}

/**
 * Stores the first token of a family. Rejects with `InvalidGrant` when the grant was revoked meanwhile: the foreign key
 * notices also what happens at the same time.
 */
export async function createFamily(
  pool: Pool,
  { id, payload, expiresAt, to }: { id: string; payload: AdapterPayload; expiresAt: Date; to: IssuedTo },
): Promise<void> {
  const revoked = new errors.InvalidGrant("the grant was revoked meanwhile");
  const query = {
    name: "refresh-family-create",
    text: `with family as (
        insert into refresh_families
          (grant_hash, user_id, client_id, session_uid, payload, address, user_agent, expires_at)
        select g.id_hash, g.account_id, g.client_id, g.session_uid, $3,
          case when s.id is null then $5 else s.address end, case when s.id is null then $6 else s.user_agent end, $4
        from grants g left join sign_ins s on s.session_uid = g.session_uid and g.session_uid not like 'device-%'
        where g.id_hash = $2
        returning id, session_uid
      ), device as (
        update sign_ins set address = $5, user_agent = $6
        where session_uid = (select session_uid from family) and session_uid like 'device-%'
      )
      insert into refresh_tokens (id_hash, family_id) select $1, id from family`,
    values: [
      hashId(id),
      hashId(payload.grantId ?? ""),
      withoutId(payload),
      expiresAt,
      to.address ?? null,
      to.userAgent?.slice(0, 400) ?? null,
    ],
  };
  const { rowCount } = await pool.query(query).catch((error: unknown) => {
    const gone = error instanceof Error && "code" in error && error.code === foreignKeyViolation;
    throw gone ? revoked : error;
  });
  if (rowCount !== 1) throw revoked;
}

/**
 * Replaces a token by another and keeps what its client was answered, all in one statement: a crash leaves either the old
 * token live, or the new one with an answer that can be given again. False when the token was replaced before, or its
 * family revoked. Two at the same time wait for each other.
 */
export async function rotate(
  pool: Pool,
  { parent, child, sealed }: { parent: string; child: string; sealed: Buffer },
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: "refresh-token-rotate",
    text: `with parent as (
        update refresh_tokens set consumed_at = now(), replaced_by = $2
        where id_hash = $1 and consumed_at is null returning family_id
      ), family as (
        update refresh_families f set last_used_at = now(), rotations = f.rotations + 1 from parent
        where f.id = parent.family_id and f.grant_hash is not null and f.revoked_at is null returning f.id
      ), replay as (
        insert into refresh_replays (id_hash, sealed, expires_at)
        select $1, $3, now() + make_interval(secs => $4) from family
      )
      insert into refresh_tokens (id_hash, family_id) select $2, id from family`,
    values: [hashId(parent), hashId(child), sealed, replayWindowSeconds],
  });
  return rowCount === 1;
}

/** The sealed answer of a replaced token whose family is not revoked; undefined once its window is over. */
export async function findAnswer(pool: Pool, parent: string): Promise<Buffer | undefined> {
  const { rows } = await pool.query<{ sealed: Buffer }>({
    name: "refresh-replay-find",
    text: `select r.sealed from refresh_replays r
        join refresh_tokens t on t.id_hash = r.id_hash join refresh_families f on f.id = t.family_id
      where r.id_hash = $1 and r.expires_at > now() and f.grant_hash is not null and f.revoked_at is null`,
    values: [hashId(parent)],
  });
  return rows[0]?.sealed;
}

/** Revokes the family of a token; its history stays. */
export async function revokeFamily(pool: Pool, id: string, reason: string): Promise<void> {
  await pool.query(
    `update refresh_families set revoked_at = now(), revoked_reason = $2
     where id = (select family_id from refresh_tokens where id_hash = $1) and revoked_at is null`,
    [hashId(id), reason],
  );
}

/** Revokes every family of a grant; their history stays. */
export async function revokeFamiliesOf(pool: Pool, grantId: string, reason: string): Promise<void> {
  await pool.query(
    `update refresh_families set revoked_at = now(), revoked_reason = $2
     where grant_hash = $1 and revoked_at is null`,
    [hashId(grantId), reason],
  );
}
