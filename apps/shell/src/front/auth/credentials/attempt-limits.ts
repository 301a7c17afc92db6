import { hash } from "node:crypto";
import type { RedisClient } from "@mullion/token-store";
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";

/** How often a password may be tried in vain. */
export interface AttemptLimitOptions {
  readonly perAddress: number;
  readonly perUsername: number;
  readonly windowSeconds: number;
}

/** Who tries to sign in, and from where. */
export interface Attempt {
  readonly username: string;
  readonly address: string;
}

/** Failed attempts, counted in Redis and so over all fronts. Every method throws when Redis does not answer. */
export interface AttemptLimits {
  /** Counts an attempt before its outcome is known; returns the seconds to wait when it is one too many, else 0. */
  take(attempt: Attempt): Promise<number>;
  /** The attempt did not fail: it does not count, and after `signedIn` the name starts anew. */
  giveBack(attempt: Attempt, signedIn: boolean): Promise<void>;
}

const defaultLimits: AttemptLimitOptions = {
  perAddress: 50,
  perUsername: 10,
  windowSeconds: 900,
};

/** Seconds to wait, or 0. */
async function consume(limiter: RateLimiterRedis, key: string): Promise<number> {
  try {
    await limiter.consume(key);
    return 0;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    throw error;
  }
}

/** Creates the limits. Known and unknown names are treated alike: this side cannot tell them apart. */
export function createAttemptLimits(
  redis: RedisClient,
  { perAddress, perUsername, windowSeconds }: AttemptLimitOptions = defaultLimits,
): AttemptLimits {
  const limiter = (name: string, points: number): RateLimiterRedis =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `mullion:sign-in:${name}`,
      points,
      duration: windowSeconds,
    });
  const addresses = limiter("address", perAddress);
  const usernames = limiter("username", perUsername);
  // Redis need not know who signs in. One name however it is written: a backend may not tell upper from lower case.
  const nameKey = (username: string): string =>
    hash("sha256", username.normalize("NFKC").toLowerCase(), "base64url");

  return {
    async take({ username, address }) {
      // The address first: one that has used up its own attempts cannot use up those of a name.
      const wait = await consume(addresses, address);
      // Counted before the backend is asked: guesses made at the same time must not all pass.
      return wait > 0 ? wait : consume(usernames, nameKey(username));
    },
    async giveBack({ username, address }, signedIn) {
      await addresses.reward(address, 1);
      if (signedIn) await usernames.delete(nameKey(username));
      else await usernames.reward(nameKey(username), 1);
    },
  };
}
