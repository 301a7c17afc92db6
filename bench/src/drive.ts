import { createHistogram } from "node:perf_hooks";

/** What driving one process showed. Latencies in milliseconds. */
export interface DriveResult {
  readonly done: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * Repeats `step` for a while, `lanes` at any moment; each lane begins its next step when its last one has ended. A step
 * that fails ends it all: a fast error is no throughput.
 */
export async function drive(
  { lanes, durationMs }: { lanes: number; durationMs: number },
  step: (lane: number) => Promise<void>,
): Promise<DriveResult> {
  const latencies = createHistogram();
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      while (performance.now() - startedAt < durationMs) {
        const begunAt = performance.now();
        await step(lane);
        latencies.record(Math.max(1, Math.round((performance.now() - begunAt) * 1_000)));
      }
    }),
  );
  return {
    done: latencies.count,
    perSecond: (latencies.count * 1_000) / (performance.now() - startedAt),
    p50: latencies.percentile(50) / 1_000,
    p99: latencies.percentile(99) / 1_000,
  };
}
