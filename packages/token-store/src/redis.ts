import { type Cluster, Redis } from "ioredis";

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

/** A client of one Redis, of a Sentinel's master, or of a cluster. */
export type RedisClient = Redis | Cluster;

/** Connects a client that only listens; it subscribes again by itself whenever the connection was lost. */
export function connectSubscriber(
  url: string,
  { onError, onReconnect }: { onError: (error: Error) => void; onReconnect: () => void },
): RedisClient {
  const redis = new Redis(url, {
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 5), 1_000),
  });
  let isFirst = true;
  redis.on("error", onError).on("ready", () => {
    if (!isFirst) onReconnect();
    isFirst = false;
  });
  return redis;
}
