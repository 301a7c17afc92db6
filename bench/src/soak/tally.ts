/** What the steps of the load were answered. */
export interface Tally {
  /** Counts an answer; any but the expected status is unexpected. */
  answered(step: string, status: number, expected: number): void;
  /** Counts a step that failed without an answer. */
  failed(step: string, error: unknown): void;
  readonly total: number;
  readonly unexpected: number;
  /** How often each step was answered what, the unexpected first. */
  lines(): string[];
}

/** An empty tally. */
export function createTally(): Tally {
  const counts = new Map<string, number>();
  let [total, unexpected] = [0, 0];
  const count = (line: string): void => {
    total += 1;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  };
  return {
    answered(step, status, expected) {
      if (status !== expected) unexpected += 1;
      count(status === expected ? `${step}: ${status}` : `! ${step}: ${status}, not ${expected}`);
    },
    failed(step, error) {
      unexpected += 1;
      const reason = error instanceof Error ? `${error.name} ${error.message}` : String(error);
      count(`! ${step}: ${reason.slice(0, 200)}`);
    },
    get total() {
      return total;
    },
    get unexpected() {
      return unexpected;
    },
    lines: () => [...counts].sort().map(([line, times]) => `${line} x ${times}`),
  };
}
