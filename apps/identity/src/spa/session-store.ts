import type { Pool } from "@mullion/postgres";
import { hashId } from "../storage/id-hash.ts";

/** A session of the session API that is not over: the sign-in that a refresh token belongs to. */
export interface SessionRecord {
  signInId: string;
  userId: string;
  /** Of the browser, at the sign-in. */
  address: string | null;
  userAgent: string | null;
  lastUsedAt: Date;
}

/** The session that a refresh token of this client belongs to, whether the token is live or was replaced already. */
export async function findSession(
  pool: Pool,
  clientId: string,
  refreshToken: string,
): Promise<SessionRecord | undefined> {
  const { rows } = await pool.query<SessionRecord>(
    `select s.id as "signInId", s.user_id as "userId", s.address, s.user_agent as "userAgent",
       f.last_used_at as "lastUsedAt"
     from refresh_tokens t
       join refresh_families f on f.id = t.family_id
       join grants g on g.id_hash = f.grant_hash
       join sign_ins s on s.session_uid = g.session_uid and s.ended_at is null
     where t.id_hash = $1 and g.client_id = $2`,
    [hashId(refreshToken), clientId],
  );
  return rows[0];
}
