import type { PlatformEvent } from "@mullion/contracts";
import type { EventSink } from "@mullion/events";

type StatusClass = Extract<PlatformEvent, { type: "requests" }>["statusClass"];

/** Sums up answers and emits them as `requests` events, one per route and class of status. */
export interface RequestCounter {
  count(routeId: string, statusClass: StatusClass): void;
  /** Emits what is counted so far and stops. */
  close(): void;
}

/** The class of a final status code. */
export function statusClassOf(status: number): StatusClass {
  if (status < 300) return "2xx";
  if (status < 400) return "3xx";
  return status < 500 ? "4xx" : "5xx";
}

/** A counter that emits every `intervalMs`, and nothing while there was no request. */
export function createRequestCounter(events: Pick<EventSink, "emit">, intervalMs: number): RequestCounter {
  const counts = new Map<string, Extract<PlatformEvent, { type: "requests" }>>();

  function emit(): void {
    const at = new Date().toISOString();
    for (const event of counts.values()) events.emit({ ...event, at });
    counts.clear();
  }

  const timer = setInterval(emit, intervalMs);
  timer.unref();
  return {
    count(routeId, statusClass) {
      const key = `${routeId} ${statusClass}`;
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { type: "requests", at: "", routeId, statusClass, count: 1 });
      else known.count += 1;
    },
    close() {
      clearInterval(timer);
      emit();
    },
  };
}
