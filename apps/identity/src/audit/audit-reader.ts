import type { AuditEntryView, AuditPage, AuditQuery, AuditVerification } from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";

interface Row {
  id: string;
  at: Date;
  action: string;
  user_id: string | null;
  user_name: string | null;
  client_id: string | null;
  address: string | null;
  details: Record<string, unknown>;
}

function toView(row: Row): AuditEntryView {
  return {
    id: row.id,
    at: row.at.toISOString(),
    action: row.action,
    user: row.user_id === null ? null : { id: row.user_id, name: row.user_name },
    clientId: row.client_id,
    address: row.address,
    details: row.details,
  };
}

/** One page of the audit log, newest first. */
export async function readAudit(pool: Pool, { action, user, before, limit }: AuditQuery): Promise<AuditPage> {
  // One row more than asked for tells whether there is another page.
  const { rows } = await pool.query<Row>(
    `select a.id, a.at, a.action, a.user_id, u.name as user_name, a.client_id, a.address, a.details
     from audit_log a left join users u on u.id::text = a.user_id
     where ($1::text is null or a.action = $1 or starts_with(a.action, $1 || '.'))
       and ($2::text is null or a.user_id = $2 or a.details ->> 'user' = $2)
       and ($3::bigint is null or a.id < $3)
     order by a.id desc limit $4`,
    [action ?? null, user ?? null, before ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { entries: page.map(toView), next: rows.length > limit && last !== undefined ? last.id : null };
}

/** Computes every hash of the chain anew, in the database. */
export async function verifyAudit(pool: Pool): Promise<AuditVerification> {
  const { rows } = await pool.query<{ entries: string; broken_at: string | null }>(
    `select count(*) as entries,
       min(id) filter (where hash is distinct from expected) as broken_at
     from (
       select a.id, a.hash, audit_log_hash(lag(a.hash) over (order by a.id), a) as expected from audit_log a
     ) chained`,
  );
  return { entries: Number(rows[0]?.entries ?? 0), brokenAt: rows[0]?.broken_at ?? null };
}
