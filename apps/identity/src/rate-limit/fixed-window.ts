import { hash } from "node:crypto";
import { channel } from "node:diagnostics_channel";
import type { RedisClient } from "@mullion/token-store";

/** How many attempts a key has per window. */
export interface Limit {
  max: number;
  windowSeconds: number;
}

/** Counts attempts in Redis, shared by all instances. Keys are hashed: Redis need not know who tries what. */
export interface RateLimiter {
  /** Counts one attempt; returns the seconds to wait when it is one too many, otherwise 0. */
  take(name: string, key: string, limit: Limit): Promise<number>;
  /** Forgets the attempts of a key. */
  reset(name: string, key: string): Promise<void>;
  /** Notes that a key has proved itself. */
  trust(name: string, key: string, seconds: number): Promise<void>;
  /** Tells whether it has. */
  trusts(name: string, key: string): Promise<boolean>;
}

/** Tells the name of a limit whenever an attempt was one too many. */
export const limited = channel("mullion:identity:limited");

// In one step: a crash between the two commands must not leave a counter that never expires.
const takeScript = `
local count = redis.call("incr", KEYS[1])
if count == 1 then redis.call("pexpire", KEYS[1], ARGV[1]) end
return {count, redis.call("pttl", KEYS[1])}`;

/** A limiter with fixed windows that start at a key's first attempt. */
export function createRateLimiter(redis: RedisClient): RateLimiter {
  const keyOf = (name: string, key: string): string =>
    `mullion:identity:limit:${name}:${hash("sha256", key, "base64url")}`;
  return {
    async take(name, key, { max, windowSeconds }) {
      const reply = (await redis.eval(takeScript, 1, keyOf(name, key), windowSeconds * 1000)) as [
        number,
        number,
      ];
      const [count, remainingMs] = reply;
      if (count <= max) return 0;
      limited.publish(name);
      return Math.max(1, Math.ceil(remainingMs / 1000));
    },
    async reset(name, key) {
      await redis.del(keyOf(name, key));
    },
    async trust(name, key, seconds) {
      await redis.set(keyOf(name, key), "1", "EX", seconds);
    },
    async trusts(name, key) {
      return (await redis.exists(keyOf(name, key))) === 1;
    },
  };
}
