import { createHistogram } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { type Dispatcher, Pool } from "undici";

/** One burst of load. */
export interface LoadOptions {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Requests under way at any moment; each connection sends its next one when it has its answer. */
  readonly connections: number;
  readonly durationMs: number;
  /** Requests begun per second over all connections. As many as the answers allow when not given. */
  readonly requestsPerSecond?: number;
}

/** What a burst of load showed. Latencies in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** One GET, read to its end. Handles undici's events itself: what the load costs is taken from what is measured. */
function get(pool: Pool, request: Dispatcher.DispatchOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let text = "";
    pool.dispatch(request, {
      onRequestStart() {
        // Nothing is ever aborted.
      },
      onResponseStart(_controller, statusCode) {
        status = statusCode;
      },
      onResponseData(_controller, chunk) {
        if (status !== 200) text += chunk.toString();
      },
      onResponseEnd() {
        if (status === 200) resolve();
        else reject(new Error(`${request.path} answered ${status}: ${text.slice(0, 300)}`));
      },
      onResponseError(_controller, error) {
        reject(error);
      },
    });
  });
}

/** Loads one URL for a while. Throws at the first answer that is not 200: a fast error is no throughput. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { connections, durationMs, requestsPerSecond } = options;
  const pool = new Pool(options.origin, { connections });
  const latencies = createHistogram();
  const startedAt = performance.now();
  const request = { path: options.path, method: "GET", headers: options.headers } as const;
  let begun = 0;
  const loop = async (): Promise<void> => {
    for (;;) {
      const dueAt = requestsPerSecond === undefined ? 0 : startedAt + (begun * 1_000) / requestsPerSecond;
      begun += 1;
      const early = dueAt - performance.now();
      if (early > 0) await delay(early);
      const sentAt = performance.now();
      if (sentAt - startedAt >= durationMs) return;
      await get(pool, request);
      latencies.record(Math.max(1, Math.round((performance.now() - sentAt) * 1_000)));
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, loop));
  } finally {
    await pool.destroy();
  }
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  return {
    requests: latencies.count,
    requestsPerSecond: latencies.count / elapsedSeconds,
    p50: latencies.percentile(50) / 1_000,
    p99: latencies.percentile(99) / 1_000,
  };
}
