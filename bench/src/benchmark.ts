import type { Metric } from "./metrics.ts";

/** A named measurement. `say` shows progress. */
export interface Benchmark {
  readonly title: string;
  run(say: (line: string) => void): Promise<Metric[]>;
}
