import type { Metrics } from "./metrics.ts";

/** Event streams and WebSockets that are open. */
export interface OpenStreams {
  /** Counts a stream of a route and ends it when its time is over. Returns what to call when it has ended. */
  add(routeId: string, end: () => void): () => void;
  /** Ends them all. */
  endAll(): void;
}

/**
 * Keeps track of streams so that none outlives `limitMs` (the caller then reconnects, and its token and rights are
 * looked at again), and so that none keeps the gateway from stopping.
 */
export function createOpenStreams({ limitMs, metrics }: { limitMs: number; metrics: Metrics }): OpenStreams {
  const open = new Set<() => void>();
  return {
    add(routeId, end) {
      const timer = setTimeout(end, limitMs);
      timer.unref();
      open.add(end);
      metrics.streams.inc({ route: routeId });
      return () => {
        if (!open.delete(end)) return;
        clearTimeout(timer);
        metrics.streams.dec({ route: routeId });
      };
    },
    endAll() {
      for (const end of open) end();
    },
  };
}
