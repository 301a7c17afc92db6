import type { Pool } from "@mullion/postgres";
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

/**
 * Names the sign-in that a grant was made in: the session's uid, and the `sid` its client knows it by. Writes the sign-in
 * down, or that it is used again. A grant of a sign-in that was ended meanwhile goes with it.
 */
export async function bindGrant(pool: Pool, grantId: string, signIn: GrantedIn): Promise<void> {
  const { sessionUid, sid, signedInAt, address, userAgent } = signIn;
  // The lock on the user waits for an end of sign-ins that is under way, and holds up one that comes after. One that
  // ended by itself is found by the condition of the update.
  await pool.query({
    name: "grant-bind",
    text: `with owner as (
        select id from users
        where id = (select account_id from grants where id_hash = $1)
          and (sign_ins_ended_at is null or sign_ins_ended_at <= $3)
        for share
      ), sign_in as (
        insert into sign_ins as s (session_uid, user_id, created_at, address, user_agent)
        select $2, id, $3, $4, $5 from owner
        on conflict (session_uid) do update set last_used_at = now(),
          address = coalesce(excluded.address, s.address), user_agent = coalesce(excluded.user_agent, s.user_agent)
        where s.ended_at is null and s.user_id = excluded.user_id
        returning session_uid
      ), ended as (
        delete from grants where id_hash = $1 and not exists (select from sign_in)
      )
      update grants set session_uid = $2, sid = $6 where id_hash = $1 and exists (select from sign_in)`,
    values: [
      hashId(grantId),
      sessionUid,
      signedInAt,
      address ?? null,
      userAgent?.slice(0, maxUserAgentLength) ?? null,
      sid ?? null,
    ],
  });
}
