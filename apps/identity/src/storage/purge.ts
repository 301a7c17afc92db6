import type { Pool } from "@mullion/postgres";

const intervalMs = 60 * 60_000;

async function purgeExpired(pool: Pool): Promise<void> {
  await pool.query("delete from refresh_tokens where expires_at < now()");
  await pool.query("delete from grants where expires_at < now()");
  await pool.query("delete from sessions where expires_at < now()");
}

/** Removes expired rows every hour until the returned function is called. */
export function startPurge(pool: Pool, onError: (error: unknown) => void): () => void {
  const timer = setInterval(() => {
    purgeExpired(pool).catch(onError);
  }, intervalMs).unref();
  return () => {
    clearInterval(timer);
  };
}
