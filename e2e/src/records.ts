import { once } from "node:events";
import type { Platform } from "@mullion/local";
import { connectRedis, createKeyRing, createTokenStore, type StoredSession } from "@mullion/token-store";
import pg from "pg";

/** What the tests look up behind the platform's back: stored sessions and identity's audit log. */
export interface Records {
  session(sessionId: string): Promise<StoredSession | null>;
  /** Rows of identity's audit log with this action about this user. */
  audited(action: string, userId: string): Promise<number>;
  close(): Promise<void>;
}

/** Opens the platform's stores with the keys it runs with. */
export async function openRecords(platform: Platform): Promise<Records> {
  const redis = connectRedis(platform.redisUrl, () => undefined);
  await once(redis, "ready");
  const store = createTokenStore(redis, createKeyRing(platform.secrets.sessionKeys));
  const pool = new pg.Pool({ connectionString: platform.databases.identity, max: 1 });
  return {
    session: (sessionId) => store.read(sessionId),
    async audited(action, userId) {
      const { rows } = await pool.query<{ count: string }>(
        "select count(*) from audit_log where action = $1 and user_id::text = $2",
        [action, userId],
      );
      return Number(rows[0]?.count);
    },
    async close() {
      redis.disconnect();
      await pool.end();
    },
  };
}
