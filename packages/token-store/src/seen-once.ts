import { createHash } from "node:crypto";
import { available } from "./available.ts";
import type { RedisClient } from "./redis.ts";

/** Remembers one-time values for all fronts. */
export interface SeenOnce {
  has(value: string): Promise<boolean>;
  /** Remembers it for so long; false when somebody else was faster. */
  add(value: string, forMs: number): Promise<boolean>;
}

/** Creates a memory for values of one kind, e.g. the `jti` of logout tokens. Values are kept hashed. */
export function createSeenOnce(redis: RedisClient, kind: string): SeenOnce {
  const keyOf = (value: string): string =>
    `mullion:seen:${kind}:${createHash("sha256").update(value).digest("base64url")}`;
  return {
    has: async (value) => (await available(redis.exists(keyOf(value)))) === 1,
    add: async (value, forMs) => (await available(redis.set(keyOf(value), "1", "PX", forMs, "NX"))) === "OK",
  };
}
