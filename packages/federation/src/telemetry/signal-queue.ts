import { csrfHeader, type PaneReport, type PaneSignal } from "@mullion/contracts";

const path = "/api/telemetry";
/** Signals wait so long for others, so that a page costs few requests. */
const collectMs = 2_000;
/** Most signals of one request: the limit of the contract. */
const batchSize = 50;
/** Signals kept while the shell cannot be reached; the oldest go first. */
const mostKept = 200;

/** Sends signals to the shell in batches; none is lost when the page is left. */
export interface SignalQueue {
  add(signal: PaneSignal): void;
  /** Sends what there is at once: the page may be gone in a moment. */
  flush(): void;
}

async function send(signals: readonly PaneSignal[]): Promise<boolean> {
  const report: PaneReport = { signals: [...signals] };
  try {
    const { status } = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", [csrfHeader]: "1" },
      body: JSON.stringify(report),
      // The browser finishes it after the page was left.
      keepalive: true,
    });
    // What was refused is refused again: only a shell that is away or overrun is asked another time.
    return status < 500 && status !== 429;
  } catch {
    return false;
  }
}

/** Creates the queue of a page. */
export function createSignalQueue(): SignalQueue {
  const waiting: PaneSignal[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, batchSize);
      void send(batch).then((isDone) => {
        if (isDone) return;
        waiting.unshift(...batch);
        waiting.splice(0, waiting.length - mostKept);
        schedule(collectMs * 10);
      });
    }
  };
  const schedule = (milliseconds: number): void => {
    timer ??= setTimeout(flush, milliseconds);
  };

  return {
    add(signal) {
      waiting.push(signal);
      if (document.visibilityState === "hidden" || waiting.length >= batchSize) flush();
      else schedule(collectMs);
    },
    flush,
  };
}
