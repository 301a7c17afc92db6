import type { RedisClient } from "@mullion/token-store";

/** How many attempts a key has per window. */
export interface Limit {
  max: number;
  windowSeconds: number;
}

/** Counts attempts in Redis, shared by all instances. */
export interface RateLimiter {
  /** Counts one attempt; returns the seconds to wait when it is one too many, otherwise 0. */
  take(name: string, key: string, limit: Limit): Promise<number>;
  /** Forgets the attempts of a key. */
  reset(name: string, key: string): Promise<void>;
}

// In one step: a crash between the two commands must not leave a counter that never expires.
const takeScript = `
local count = redis.call("incr", KEYS[1])
if count == 1 then redis.call("pexpire", KEYS[1], ARGV[1]) end
return {count, redis.call("pttl", KEYS[1])}`;

/** A limiter with fixed windows that start at a key's first attempt. */
export function createRateLimiter(redis: RedisClient): RateLimiter {
  const keyOf = (name: string, key: string): string => `mullion:identity:limit:${name}:${key}`;
  return {
    async take(name, key, { max, windowSeconds }) {
      const reply = (await redis.eval(takeScript, 1, keyOf(name, key), windowSeconds * 1000)) as [
        number,
        number,
      ];
      const [count, remainingMs] = reply;
      return count > max ? Math.max(1, Math.ceil(remainingMs / 1000)) : 0;
    },
    async reset(name, key) {
      await redis.del(keyOf(name, key));
    },
  };
}
