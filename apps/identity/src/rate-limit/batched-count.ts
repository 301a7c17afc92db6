import { hash } from "node:crypto";
import type { RedisClient } from "@mullion/token-store";
import type { Limit } from "./fixed-window.ts";

/** Counts requests of keys; resolves with the seconds to wait when it is one too many, otherwise 0. */
export type TakeBatched = (key: string) => Promise<number>;

interface Counted {
  window: number;
  /** What all instances together had counted when this one last asked, and what it has counted since. */
  known: number;
  pending: number;
}

// A fiftieth of the limit: so much may each instance be behind.
const batches = 50;
const maxKeys = 10_000;

const addScript = `
local count = redis.call("incrby", KEYS[1], ARGV[1])
redis.call("pexpire", KEYS[1], ARGV[2])
return count`;

/**
 * A limit for what is cheap and frequent. All instances share the count, but tell Redis of it in batches: most requests
 * cost no round trip, and a limit is exceeded by a fiftieth per instance at most. Without Redis each instance counts for
 * itself.
 */
export function createBatchedCount(
  redis: RedisClient,
  { name, limit, onError }: { name: string; limit: Limit; onError: (error: unknown) => void },
): TakeBatched {
  const windowMs = limit.windowSeconds * 1000;
  const batch = Math.max(1, Math.floor(limit.max / batches));
  const counts = new Map<string, Counted>();

  async function flush(key: string, counted: Counted): Promise<void> {
    const { pending, window } = counted;
    counted.known += pending;
    counted.pending = 0;
    const id = `mullion:identity:limit:${name}:${hash("sha256", key, "base64url")}:${String(window)}`;
    try {
      const total = Number(await redis.eval(addScript, 1, id, pending, windowMs));
      counted.known = Math.max(counted.known, total);
    } catch (error) {
      onError(error);
    }
  }

  return async (key) => {
    const now = Date.now();
    const window = Math.floor(now / windowMs);
    let counted = counts.get(key);
    if (counted?.window !== window) {
      // Whoever has many addresses must not fill the memory; what is forgotten here, Redis still knows.
      if (counts.size >= maxKeys) counts.clear();
      counted = { window, known: 0, pending: 0 };
      counts.set(key, counted);
    }
    const wait = Math.max(1, Math.ceil(((window + 1) * windowMs - now) / 1000));
    if (counted.known + counted.pending >= limit.max) return wait;
    counted.pending += 1;
    if (counted.pending < batch) return 0;
    await flush(key, counted);
    return counted.known > limit.max ? wait : 0;
  };
}
