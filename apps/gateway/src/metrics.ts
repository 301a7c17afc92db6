import { Counter, Gauge, Registry } from "prom-client";

/** The gateway's own metrics, in Prometheus' text format at `/metrics`. */
export interface Metrics {
  registry: Registry;
  requests: Counter<"route" | "status_class">;
  rateLimited: Counter<"by">;
  rateLimitSkipped: Counter;
  streams: Gauge<"route">;
}

/** New metrics, all at zero; one set per server. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    requests: new Counter({
      name: "mullion_gateway_requests_total",
      help: "Requests answered, by route of the manifest and class of status.",
      labelNames: ["route", "status_class"],
      registers,
    }),
    rateLimited: new Counter({
      name: "mullion_gateway_rate_limited_total",
      help: "Requests refused with 429, by what was over its limit.",
      labelNames: ["by"],
      registers,
    }),
    rateLimitSkipped: new Counter({
      name: "mullion_gateway_rate_limit_skipped_total",
      help: "Requests let through uncounted because Redis did not answer.",
      registers,
    }),
    streams: new Gauge({
      name: "mullion_gateway_streams",
      help: "Event streams and WebSockets that are open, by route of the manifest.",
      labelNames: ["route"],
      registers,
    }),
  };
}
