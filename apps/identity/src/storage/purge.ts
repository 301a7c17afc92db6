import type { Pool } from "@mullion/postgres";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Rows per statement: none holds its locks for long. */
const batchSize = 500;

// Nothing is asked of them once their window is over, and each is some kilobytes.
const everyMinute = [
  "delete from refresh_replays where id_hash in (select id_hash from refresh_replays where expires_at < now() limit $1 for update skip locked)",
];

// A family takes its tokens along. Revoked ones stay as history until they would have expired.
const everyHour = [
  `delete from refresh_families where id in (
     select id from refresh_families where expires_at < now() limit $1 for update skip locked)`,
  `delete from grants where id_hash in (
     select id_hash from grants where expires_at < now() limit $1 for update skip locked)`,
  `delete from sessions where id_hash in (
     select id_hash from sessions where expires_at < now() limit $1 for update skip locked)`,
  `delete from sign_ins where id in (
     select id from sign_ins s
     where coalesce(ended_at, last_used_at) < now() - interval '45 days'
       and not exists (select from sessions where uid = s.session_uid)
       and not exists (select from grants where session_uid = s.session_uid)
     limit $1 for update skip locked)`,
  `delete from account_links where token_hash in (
     select token_hash from account_links where expires_at < now() limit $1 for update skip locked)`,
  `delete from mail_outbox where id in (
     select id from mail_outbox where given_up_at < now() - interval '30 days' limit $1 for update skip locked)`,
  // Claims on addresses that nobody confirmed: made in error, for somebody else, or on an address that has an owner.
  `delete from users where id in (
     select id from users where email_verified_at is null and created_at < now() - interval '7 days'
     limit $1 for update skip locked)`,
];

async function inBatches(pool: Pool, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    let removed: number | null;
    do {
      ({ rowCount: removed } = await pool.query(statement, [batchSize]));
    } while (removed === batchSize);
  }
}

/** Removes whatever has expired, some hundred rows at a time. */
export async function purgeExpired(pool: Pool): Promise<void> {
  await inBatches(pool, [...everyMinute, ...everyHour]);
}

/** Removes expired rows again and again until the returned function is called. Several instances share the work. */
export function startPurge(pool: Pool, onError: (error: unknown) => void): () => void {
  const timers = (
    [
      [everyMinute, minuteMs],
      [everyHour, hourMs],
    ] as const
  ).map(([statements, intervalMs]) =>
    setInterval(() => {
      inBatches(pool, statements).catch(onError);
    }, intervalMs).unref(),
  );
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}
