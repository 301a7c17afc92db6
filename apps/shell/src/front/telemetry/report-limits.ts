import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

/** How much one person may tell, whatever the number of their sessions. */
export interface ReportLimits {
  /** Counts signals; returns the seconds to wait when it is too many, else 0. */
  take(userId: string, signals: number): Promise<number>;
}

/** Far more than a person's pages cause, and too little to outweigh everybody else's. */
const signalsPerMinute = 120;

/** Creates the limits of one front. Signals are statistics: a count over all fronts would cost more than it keeps out. */
export function createReportLimits(points = signalsPerMinute): ReportLimits {
  const limiter = new RateLimiterMemory({ points, duration: 60 });
  return {
    async take(userId, signals) {
      try {
        await limiter.consume(userId, signals);
        return 0;
      } catch (error) {
        if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
        throw error;
      }
    },
  };
}
