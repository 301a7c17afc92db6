import { identityProblem } from "../errors.ts";
import type { Limit, RateLimiter } from "./fixed-window.ts";

/** One count that a request adds to. */
export interface Count {
  name: string;
  key: string;
  limit: Limit;
}

/** Counts a request; rejects with `ProblemError` `too_many_attempts` and when to come back when it is one too many. */
export async function requireWithin(limiter: RateLimiter, ...counts: readonly Count[]): Promise<void> {
  for (const { name, key, limit } of counts) {
    const seconds = await limiter.take(name, key, limit);
    if (seconds > 0) {
      throw identityProblem("too_many_attempts", { headers: { "retry-after": String(seconds) } });
    }
  }
}
