import { Redis } from "ioredis";
import type { RedisClient } from "./redis.ts";

/**
 * Returns what to call before a command: commands of one turn of the event loop then leave in one write. Unlike
 * ioredis' automatic pipelining every command stays one of its own, with its own timeout and its own error. A cluster
 * has a connection per node, and writes as ever.
 */
export function shareWrites(redis: RedisClient): () => void {
  if (!(redis instanceof Redis)) return () => undefined;
  let isShared = false;
  return () => {
    if (isShared || redis.status !== "ready") return;
    isShared = true;
    const { stream } = redis;
    stream.cork();
    setImmediate(() => {
      isShared = false;
      stream.uncork();
    });
  };
}
