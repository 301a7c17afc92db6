import { available, execute } from "./available.ts";
import { type IndexName, indexKey } from "./keys.ts";
import type { SessionHandle } from "./record.ts";
import type { RedisClient } from "./redis.ts";

/**
 * Which sessions a user, or a sign-in at identity, has. Entries are written before the record and are removed when
 * they are found dead: an entry too many is harmless, one too few would be a session nobody can revoke.
 */
export interface SessionIndex {
  add(index: IndexName, name: string, handle: SessionHandle, expiresAt: number): Promise<void>;
  list(index: IndexName, name: string): Promise<SessionHandle[]>;
  remove(index: IndexName, name: string, handles: readonly SessionHandle[]): Promise<void>;
}

/** Creates the index. */
export function createSessionIndex(redis: RedisClient): SessionIndex {
  return {
    async add(index, name, handle, expiresAt) {
      const key = indexKey(index, name);
      // The set lives as long as its longest session; GT alone would not set a first expiry.
      await execute(
        redis
          .multi()
          .zadd(key, expiresAt, handle)
          .zremrangebyscore(key, "-inf", Date.now())
          .pexpireat(key, expiresAt, "NX")
          .pexpireat(key, expiresAt, "GT"),
      );
    },
    async list(index, name) {
      return available(redis.zrangebyscore(indexKey(index, name), Date.now(), "+inf"));
    },
    async remove(index, name, handles) {
      if (handles.length > 0) await available(redis.zrem(indexKey(index, name), ...handles));
    },
  };
}
