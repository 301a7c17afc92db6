import { createHistogram } from "node:perf_hooks";
import { Pool } from "undici";

/** One burst of load. */
export interface LoadOptions {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Requests under way at any moment; each connection sends its next one when it has its answer. */
  readonly connections: number;
  readonly durationMs: number;
}

/** What a burst of load showed. Latencies in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Loads one URL for a while. Throws at the first answer that is not 200: a fast error is no throughput. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const pool = new Pool(options.origin, { connections: options.connections });
  const latencies = createHistogram();
  const startedAt = performance.now();
  const request = { path: options.path, method: "GET", headers: options.headers } as const;
  const loop = async (): Promise<void> => {
    while (performance.now() - startedAt < options.durationMs) {
      const sentAt = performance.now();
      const { statusCode, body } = await pool.request(request);
      const text = await body.text();
      if (statusCode !== 200)
        throw new Error(`${options.path} answered ${statusCode}: ${text.slice(0, 300)}`);
      latencies.record(Math.max(1, Math.round((performance.now() - sentAt) * 1_000)));
    }
  };
  try {
    await Promise.all(Array.from({ length: options.connections }, loop));
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
