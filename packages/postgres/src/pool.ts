import pg from "pg";

/** What `createPool` needs; `onError` hears of idle connections that broke. */
export interface PoolOptions {
  connectionString: string;
  /** Most connections open at once; 10 when not given. */
  max?: number;
  onError?: (error: Error) => void;
}

/** A pool that gives up after seconds instead of hanging when Postgres is gone, and reconnects by itself. */
export function createPool({ connectionString, max = 10, onError }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
    query_timeout: 10_000,
    keepAlive: true,
  });
  // Without a listener a broken idle connection would end the process; the pool has already dropped it.
  pool.on("error", (error) => onError?.(error));
  return pool;
}

/** Resolves when Postgres answers a query, rejects with its error otherwise. */
export async function checkPostgres(pool: pg.Pool): Promise<void> {
  await pool.query("select 1");
}
