import type { HealthReport } from "@mullion/contracts";

/** Looks at the platform's health while somebody watches, and not a moment longer. */
export interface HealthWatch {
  /** Calls back with the state as it is, and then with each change. Returns what ends it. */
  subscribe(listener: (report: HealthReport) => void): () => void;
}

// Latencies differ each time; what a person acts on is who is up, and why not.
function stateOf({ parts }: HealthReport): string {
  return JSON.stringify(parts.map(({ name, status, detail }) => [name, status, detail]));
}

/** A watch that probes every `intervalMs`, once for all who watch. */
export function createHealthWatch(probe: () => Promise<HealthReport>, intervalMs: number): HealthWatch {
  const listeners = new Set<(report: HealthReport) => void>();
  let timer: NodeJS.Timeout | undefined;
  let known: string | undefined;

  async function look(): Promise<void> {
    const report = await probe();
    const state = stateOf(report);
    if (state !== known) for (const listener of listeners) listener(report);
    known = state;
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      timer ??= setInterval(() => void look(), intervalMs);
      void probe().then((report) => {
        known ??= stateOf(report);
        if (listeners.has(listener)) listener(report);
      });
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
        known = undefined;
      };
    },
  };
}
