import { Redis } from "ioredis";
import type { Logger } from "pino";

/** A client that fails within milliseconds instead of queueing while Redis is gone, and reconnects by itself. */
export function connectRedis(url: string, logger: Pick<Logger, "warn">): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 250,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
  });
  redis.on("error", (error) => {
    logger.warn({ err: error }, "Redis connection");
  });
  return redis;
}
