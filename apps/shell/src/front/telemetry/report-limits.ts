import { hashSessionId } from "@mullion/token-store";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** How much one session may tell. */
export interface ReportLimits {
  /** Counts signals; returns the seconds to wait when it is too many, else 0. */
  take(sessionId: string, signals: number): Promise<number>;
}

/** Far more than a person's pages cause, and too little to outweigh everybody else's. */
const signalsPerMinute = 120;

/** Creates the limits of one front. Signals are statistics: a count over all fronts would cost more than it keeps out. */
export function createReportLimits(points = signalsPerMinute): ReportLimits {
  const limiter = new RateLimiterMemory({ points, duration: 60 });
  return {
    async take(sessionId, signals) {
      try {
        await limiter.consume(hashSessionId(sessionId), signals);
        return 0;
      } catch (error) {
        if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
        throw error;
      }
    },
  };
}
