import type { ServiceRoute } from "@mullion/contracts";
import type { RedisClient } from "@mullion/token-store";
import type { Logger } from "pino";
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { gatewayProblem } from "./errors.ts";
import type { Metrics } from "./metrics.ts";

/** What the limits are. Both count over all gateways that share the Redis. */
export interface RateLimitOptions {
  redis: RedisClient;
  /** First part of the keys in Redis. */
  keyPrefix: string;
  perSubject: number;
  perAddress: number;
  windowSeconds: number;
  logger: Pick<Logger, "warn">;
  metrics: Metrics;
}

/** Each throws `ProblemError` 429 with Retry-After, or lets the request pass. */
export interface RateLimit {
  /** Counts a request of a verified subject: by itself for a route with a limit of its own, with all others otherwise. */
  subject(id: string, route: Pick<ServiceRoute, "id" | "ratePerMinute">): Promise<void>;
  /** Counts a request that had no valid token. */
  refused(address: string): Promise<void>;
  /** Before anything is verified: refuses an address that has used up its count. Asks nobody. */
  assertAddress(address: string): void;
}

const pauseMs = 1_000;
const maxBlocked = 10_000;

function tooMany(waitMs: number): Error {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return gatewayProblem("rate_limited", { headers: { "retry-after": String(seconds) } });
}

/**
 * Limits per subject and per address. An address is charged only for requests without a valid token: everybody's good
 * requests come from the shell's few addresses.
 *
 * When Redis is gone requests pass uncounted. The limits guard against overload, not against strangers (that is the
 * token's part, which needs no Redis), so refusing everybody would do the damage they are there to prevent. The gap is
 * logged and counted in `mullion_gateway_rate_limit_skipped_total`, and Redis is left alone for a second at a time so
 * that no request waits for it.
 */
export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { redis, keyPrefix, windowSeconds, logger, metrics } = options;
  const limiter = (name: string, points: number, duration = windowSeconds): RateLimiterRedis =>
    new RateLimiterRedis({ storeClient: redis, keyPrefix: `${keyPrefix}:${name}`, points, duration });
  const subjects = limiter("subject", options.perSubject);
  const addresses = limiter("address", options.perAddress);
  const byRoute = new Map<string, RateLimiterRedis>();
  const blocked = new Map<string, number>();
  let skipUntil = 0;

  function limiterOf({ id, ratePerMinute }: Pick<ServiceRoute, "id" | "ratePerMinute">): RateLimiterRedis {
    if (ratePerMinute === null) return subjects;
    const limiterOfRoute = byRoute.get(id) ?? limiter(`route:${id}`, ratePerMinute, 60);
    byRoute.set(id, limiterOfRoute);
    return limiterOfRoute;
  }

  /** Milliseconds to wait when the key is over its limit, 0 otherwise. */
  async function charge(counter: RateLimiterRedis, key: string): Promise<number> {
    if (Date.now() < skipUntil) {
      metrics.rateLimitSkipped.inc();
      return 0;
    }
    try {
      await counter.consume(key);
      return 0;
    } catch (error) {
      if (error instanceof RateLimiterRes) return error.msBeforeNext;
      skipUntil = Date.now() + pauseMs;
      metrics.rateLimitSkipped.inc();
      logger.warn({ err: error }, "rate limits are not enforced: Redis does not answer");
      return 0;
    }
  }

  function block(address: string, waitMs: number): void {
    // A flood from many addresses must not become memory; forgetting one costs a single verification.
    if (blocked.size >= maxBlocked) blocked.clear();
    blocked.set(address, Date.now() + waitMs);
  }

  return {
    async subject(id, route) {
      const waitMs = await charge(limiterOf(route), id);
      if (waitMs === 0) return;
      metrics.rateLimited.inc({ by: "subject" });
      throw tooMany(waitMs);
    },
    async refused(address) {
      const waitMs = await charge(addresses, address);
      if (waitMs === 0) return;
      block(address, waitMs);
      metrics.rateLimited.inc({ by: "address" });
      throw tooMany(waitMs);
    },
    assertAddress(address) {
      const waitMs = (blocked.get(address) ?? 0) - Date.now();
      if (waitMs > 0) {
        metrics.rateLimited.inc({ by: "address" });
        throw tooMany(waitMs);
      }
      blocked.delete(address);
    },
  };
}
