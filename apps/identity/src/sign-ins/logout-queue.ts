import type { Pool, PoolClient } from "@mullion/postgres";

/** A sign-in as one client knows it. */
export interface SignInAtClient {
  clientId: string;
  userId: string;
  sid: string;
}

/** A notice that one instance has claimed. */
export interface ClaimedNotice extends SignInAtClient {
  id: string;
  /** How often it was tried before. */
  attempts: number;
}

// Whoever ends a sign-in knows the database and not who delivers. Without being woken the deliverer would look by itself,
// some seconds later.
const deliverers = new WeakMap<Pool, () => void>();

/** Calls `deliver` whenever notices were queued by way of this pool. */
export function onQueued(pool: Pool, deliver: () => void): void {
  deliverers.set(pool, deliver);
}

/** Says that notices were queued and committed. */
export function wakeDelivery(pool: Pool): void {
  deliverers.get(pool)?.();
}

/**
 * Queues a notice for every client: in the caller's transaction, so that no sign-in ends without its clients being told,
 * and none is told of what did not happen.
 */
export async function queueNotices(
  client: Pick<PoolClient, "query">,
  signIns: readonly SignInAtClient[],
): Promise<void> {
  if (signIns.length === 0) return;
  await client.query(
    `insert into logout_notices (client_id, user_id, sid)
     select * from unnest($1::text[], $2::text[], $3::text[])`,
    [
      signIns.map(({ clientId }) => clientId),
      signIns.map(({ userId }) => userId),
      signIns.map(({ sid }) => sid),
    ],
  );
}

/**
 * Claims notices that are due, for `claimSeconds`: when the claiming instance dies they fall due again. Those that
 * another instance is claiming at the same time are passed over.
 */
export async function claimNotices(
  pool: Pool,
  { limit, claimSeconds }: { limit: number; claimSeconds: number },
): Promise<ClaimedNotice[]> {
  const { rows } = await pool.query<ClaimedNotice>(
    `update logout_notices set attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $2)
     where id in (
       select id from logout_notices where next_attempt_at <= now()
       order by next_attempt_at limit $1 for update skip locked
     )
     returning id, client_id as "clientId", user_id as "userId", sid, attempts - 1 as attempts`,
    [limit, claimSeconds],
  );
  return rows;
}

/** Forgets a notice: its client was told, or never will be. */
export async function forgetNotice(pool: Pool, id: string): Promise<void> {
  await pool.query("delete from logout_notices where id = $1", [id]);
}

/** Lets a notice fall due again after `delayMs`. */
export async function postponeNotice(pool: Pool, id: string, delayMs: number): Promise<void> {
  await pool.query(
    "update logout_notices set next_attempt_at = now() + make_interval(secs => $2) where id = $1",
    [id, delayMs / 1000],
  );
}

/** Milliseconds until the next notice falls due; undefined when there is none. */
export async function nextDueMs(pool: Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ ms: string | null }>(
    "select extract(epoch from min(next_attempt_at) - now()) * 1000 as ms from logout_notices",
  );
  const ms = rows[0]?.ms ?? null;
  return ms === null ? undefined : Math.max(0, Number(ms));
}
