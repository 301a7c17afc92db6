import type { Pool } from "@mullion/postgres";
import Provider, { type AdapterPayload, type Grant, type KoaContextWithOIDC } from "oidc-provider";
import { hashId } from "../storage/id-hash.ts";

/** The sign-in that a grant is made in. */
export interface GrantedIn {
  sessionUid: string;
  /** The name of the sign-in in the client's ID token. */
  sid: string | undefined;
  signedInAt: Date;
  /** Of the browser. */
  address?: string | undefined;
  userAgent?: string | undefined;
}

const maxUserAgentLength = 400;

const underWay = new WeakMap<object, GrantedIn>();

/** Stores a new grant with the name of its sign-in, in one statement. */
export async function saveBound(ctx: KoaContextWithOIDC, grant: Grant, signIn: GrantedIn): Promise<void> {
  underWay.set(ctx, signIn);
  try {
    await grant.save();
  } finally {
    underWay.delete(ctx);
  }
}

/** The sign-in that the grant which is being stored was made in. */
export function bindingUnderWay(): GrantedIn | undefined {
  const { ctx } = Provider;
  return ctx && underWay.get(ctx);
}

// Both statements below: the lock on the user (`owner`) waits for an end of sign-ins that is under way, and holds up one that
// comes after. One sign-in that ended by itself is found by the condition of the update.

/** Writes the sign-in of `owner` down, or that it is used again. Its parameters are those of `parametersOf`. */
const signInOfOwner = `insert into sign_ins as s (session_uid, user_id, created_at, address, user_agent)
  select $2, id, $3, $4, $5 from owner
  on conflict (session_uid) do update set last_used_at = now(),
    address = coalesce(excluded.address, s.address), user_agent = coalesce(excluded.user_agent, s.user_agent)
  where s.ended_at is null and s.user_id = excluded.user_id
  returning session_uid`;

/** `$1` the grant, `$2` to `$5` the sign-in, `$6` what its client knows it by. */
function parametersOf(grant: Buffer, signIn: GrantedIn): unknown[] {
  const { sessionUid, sid, signedInAt, address, userAgent } = signIn;
  return [
    ...[grant, sessionUid, signedInAt],
    ...[address ?? null, userAgent?.slice(0, maxUserAgentLength) ?? null, sid ?? null],
  ];
}

/** A grant of a sign-in that was ended meanwhile is not stored; otherwise as `bindGrant`. */
export async function insertBoundGrant(
  pool: Pool,
  { id, payload, expiry }: { id: Buffer; payload: AdapterPayload; expiry: Date },
  signIn: GrantedIn,
): Promise<void> {
  await pool.query({
    name: "grant-insert-bound",
    text: `with owner as (
        select id from users where id = $8 and (sign_ins_ended_at is null or sign_ins_ended_at <= $3) for share
      ), sign_in as (${signInOfOwner})
      insert into grants (id_hash, client_id, account_id, payload, expires_at, session_uid, sid)
      select $1, $7, $8, $9, $10, session_uid, $6 from sign_in`,
    values: [...parametersOf(id, signIn), payload.clientId, payload.accountId, payload, expiry],
  });
}

/**
 * Names the sign-in that a grant was made in: the session's uid, and the `sid` its client knows it by. Writes the sign-in
 * down, or that it is used again. A grant of a sign-in that was ended meanwhile goes with it.
 */
export async function bindGrant(pool: Pool, grantId: string, signIn: GrantedIn): Promise<void> {
  await pool.query({
    name: "grant-bind",
    text: `with owner as (
        select id from users
        where id = (select account_id from grants where id_hash = $1)
          and (sign_ins_ended_at is null or sign_ins_ended_at <= $3)
        for share
      ), sign_in as (${signInOfOwner}), ended as (
        delete from grants where id_hash = $1 and not exists (select from sign_in)
      )
      update grants set session_uid = $2, sid = $6 where id_hash = $1 and exists (select from sign_in)`,
    values: parametersOf(hashId(grantId), signIn),
  });
}
