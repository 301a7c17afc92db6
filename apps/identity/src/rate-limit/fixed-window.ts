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
  /** The same as `take`, which also tells whether the key has proved itself (`trust`). */
  takeKnown(name: string, key: string, limit: Limit): Promise<{ wait: number; trusted: boolean }>;
  /** Notes that a key has proved itself, and forgets its attempts. */
  trust(name: string, key: string, seconds: number): Promise<void>;
}

/** Tells the name of a limit whenever an attempt was one too many. */
export const limited = channel("mullion:identity:limited");

// In one step: a crash between the two commands must not leave a counter that never expires.
const takeScript = `
local count = redis.call("incr", KEYS[1])
if count == 1 then redis.call("pexpire", KEYS[1], ARGV[1]) end
return {count, redis.call("pttl", KEYS[1]), KEYS[2] and redis.call("exists", KEYS[2]) or 0}`;

const trustScript = `
redis.call("del", KEYS[1])
redis.call("set", KEYS[2], "1", "EX", ARGV[1])`;

/** A limiter with fixed windows that start at a key's first attempt. */
export function createRateLimiter(redis: RedisClient): RateLimiter {
  // What is known of a key lies in one slot of a cluster, so that one script may use all of it.
  const keyOf = (name: string, key: string): string =>
    `mullion:identity:limit:${name}:{${hash("sha256", key, "base64url")}}`;
  const bothOf = (name: string, key: string): [string, string] => [
    keyOf(name, key),
    keyOf(`${name}-trusted`, key),
  ];

  async function count(
    name: string,
    keys: readonly string[],
    { max, windowSeconds }: Limit,
  ): Promise<{ wait: number; trusted: boolean }> {
    const reply = await redis.eval(takeScript, keys.length, ...keys, windowSeconds * 1000);
    const [taken, remainingMs, known] = reply as [number, number, number];
    const trusted = known === 1;
    if (taken <= max) return { wait: 0, trusted };
    limited.publish(name);
    return { wait: Math.max(1, Math.ceil(remainingMs / 1000)), trusted };
  }

  return {
    async take(name, key, limit) {
      return (await count(name, [keyOf(name, key)], limit)).wait;
    },
    takeKnown: (name, key, limit) => count(name, bothOf(name, key), limit),
    async reset(name, key) {
      await redis.del(keyOf(name, key));
    },
    async trust(name, key, seconds) {
      await redis.eval(trustScript, 2, ...bothOf(name, key), seconds);
    },
  };
}
