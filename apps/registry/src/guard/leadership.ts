import pg from "pg";

// Any number that no other advisory lock of this database has: "guard" in ASCII.
const lockId = 0x6775_6172_64;

/** The right to do what only one instance of the registry does. */
export interface Leadership {
  /** Whether this instance has it, after trying to get it. Rejects when Postgres cannot be asked. */
  hold(): Promise<boolean>;
  /** Gives it up. */
  close(): Promise<void>;
}

/**
 * Leadership by an advisory lock of Postgres: held by a connection, so that it is free again as soon as the instance that held
 * it is gone, whatever ended it.
 */
export function createLeadership(connectionString: string): Leadership {
  let client: pg.Client | undefined;
  let held = false;

  function drop(lost: pg.Client | undefined): void {
    if (lost === undefined || client !== lost) return;
    client = undefined;
    held = false;
    lost.end().catch(() => undefined);
  }

  async function connect(): Promise<pg.Client> {
    const next = new pg.Client({
      connectionString,
      keepAlive: true,
      connectionTimeoutMillis: 2_000,
      query_timeout: 5_000,
    });
    client = next;
    next.on("error", () => {
      drop(next);
    });
    await next.connect();
    return next;
  }

  return {
    async hold() {
      const current = client;
      try {
        const connection = current ?? (await connect());
        // When it is held already the question shows that the connection, and with it the lock, is still there.
        const { rows } = await connection.query<{ held: boolean }>(
          held ? "select true as held" : "select pg_try_advisory_lock($1) as held",
          held ? [] : [lockId],
        );
        held = rows[0]?.held ?? false;
        return held;
      } catch (error) {
        drop(client);
        throw error;
      }
    },
    async close() {
      const last = client;
      client = undefined;
      held = false;
      await last?.end().catch(() => undefined);
    },
  };
}
