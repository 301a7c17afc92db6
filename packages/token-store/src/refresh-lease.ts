import { randomUUID } from "node:crypto";
import { available } from "./available.ts";
import { leaseKey } from "./keys.ts";
import type { RedisClient } from "./redis.ts";
import { releaseLeaseScript, renewLeaseScript } from "./scripts.ts";
import { hashSessionId } from "./session-id.ts";

/** The right to refresh one session, held by one front until it is given back or its process dies. */
export interface RefreshLease {
  /** Lets the next one refresh. Never throws: a lease that cannot be given back runs out. */
  release(): Promise<void>;
}

/** Leases of all sessions. */
export interface RefreshLeases {
  /**
   * The lease, or null while somebody else holds it. It is prolonged in the background until it is released.
   * @throws {TokenStoreError} `store_unavailable`.
   */
  acquire(sessionId: string): Promise<RefreshLease | null>;
}

/** How long others wait for a holder that died. */
const defaultTtlMs = 2_000;

/** Creates leases that run out `ttlMs` after their holder's last sign of life. */
export function createRefreshLeases(redis: RedisClient, ttlMs: number = defaultTtlMs): RefreshLeases {
  return {
    async acquire(sessionId) {
      const key = leaseKey(hashSessionId(sessionId));
      const holder = randomUUID();
      if ((await available(redis.set(key, holder, "PX", ttlMs, "NX"))) === null) return null;
      const renewal = setInterval(() => {
        // Missed renewals are made up for by the next; a lease that ran out is fenced by the record's version.
        redis.eval(renewLeaseScript, 1, key, holder, ttlMs).catch(() => undefined);
      }, ttlMs / 4);
      renewal.unref();
      return {
        async release() {
          clearInterval(renewal);
          await redis.eval(releaseLeaseScript, 1, key, holder).catch(() => undefined);
        },
      };
    },
  };
}
