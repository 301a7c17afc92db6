import { Redis } from "ioredis";

/**
 * Connects to Redis so that a lost server is an error within half a second and never a hang: commands are not queued
 * while there is no connection, and reconnecting goes on for ever with a short delay.
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    commandTimeout: 500,
    connectTimeout: 2_000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000),
  });
  redis.on("error", onError);
  return redis;
}
