import type { Pool } from "@mullion/postgres";
import { deviceName } from "./device-name.ts";

/** A sign-in that is not over, as its user sees it. */
export interface SignIn {
  id: string;
  /** Names the session that it is; tells which one of the list is the reader's own. */
  sessionUid: string;
  /** Such as `Firefox on Linux`. */
  device: string;
  /** Ids of the clients that hold something of it. */
  clients: string[];
  ip: string | null;
  userAgent: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

/** The user's sign-ins that are not over, the last used first. */
export async function listSignIns(pool: Pool, userId: string): Promise<SignIn[]> {
  const { rows } = await pool.query<Omit<SignIn, "device">>(
    `select s.id, s.session_uid as "sessionUid", s.address as ip, s.user_agent as "userAgent",
       s.created_at as "createdAt",
       greatest(s.last_used_at, max(f.last_used_at)) as "lastUsedAt",
       greatest(max(f.expires_at), max(b.expires_at)) as "expiresAt",
       coalesce(array_agg(distinct g.client_id order by g.client_id) filter (where g.client_id is not null), '{}')
         as clients
     from sign_ins s
       left join sessions b on b.uid = s.session_uid and b.expires_at > now()
       left join grants g on g.session_uid = s.session_uid and g.expires_at > now()
       left join refresh_families f on f.grant_hash = g.id_hash and f.revoked_at is null and f.expires_at > now()
     where s.user_id = $1 and s.ended_at is null
     group by s.id
     having max(b.expires_at) is not null or max(f.expires_at) is not null
     order by 6 desc`,
    [userId],
  );
  return rows.map((row) => ({ ...row, device: deviceName(row.userAgent) }));
}
