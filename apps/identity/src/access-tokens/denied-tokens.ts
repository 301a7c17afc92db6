import type { RedisClient } from "@mullion/token-store";
import { hashId } from "../storage/id-hash.ts";

/** JWT access tokens that were revoked before they expired, by their `jti`. Shared by all instances. */
export interface DeniedTokens {
  /** Denies a token until it has expired. `exp` is its own, in seconds. */
  deny(token: { jti: string; exp: number }): Promise<void>;
  has(jti: string): Promise<boolean>;
}

// Verifiers take a token for this long after its time.
const clockToleranceSeconds = 60;

/** The deny list in Redis: an entry lives as long as the token could. */
export function createDeniedTokens(redis: RedisClient): DeniedTokens {
  const keyOf = (jti: string): string => `mullion:identity:denied:${hashId(jti).toString("base64url")}`;
  return {
    async deny({ jti, exp }) {
      const seconds = exp + clockToleranceSeconds - Math.floor(Date.now() / 1000);
      if (seconds > 0) await redis.set(keyOf(jti), "1", "EX", seconds);
    },
    async has(jti) {
      return (await redis.exists(keyOf(jti))) === 1;
    },
  };
}
