import { Counter, Histogram, Registry } from "prom-client";

/** Identity's own metrics, in Prometheus' text format. No label takes a value that a caller chooses. */
export interface Metrics {
  registry: Registry;
  tokensIssued: Counter<"grant_type">;
  refreshUsed: Counter<"outcome">;
  revocations: Counter<"cause">;
  loginFailures: Counter;
  rateLimited: Counter<"limit">;
  latency: Histogram<"method" | "route" | "status_class">;
}

/** New metrics, all at zero; one set per server. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    tokensIssued: new Counter({
      name: "mullion_identity_tokens_issued_total",
      help: "Token requests that were granted, by grant type.",
      labelNames: ["grant_type"],
      registers,
    }),
    refreshUsed: new Counter({
      name: "mullion_identity_refresh_used_total",
      help: "Refresh tokens presented: rotated, replayed within the window, or reused after it.",
      labelNames: ["outcome"],
      registers,
    }),
    revocations: new Counter({
      name: "mullion_identity_revocations_total",
      help: "Tokens and sign-ins that were ended before their time, by cause.",
      labelNames: ["cause"],
      registers,
    }),
    loginFailures: new Counter({
      name: "mullion_identity_login_failures_total",
      help: "Sign-ins that failed: a wrong password, or another provider that refused.",
      registers,
    }),
    rateLimited: new Counter({
      name: "mullion_identity_rate_limited_total",
      help: "Attempts refused because there were too many, by the limit that they hit.",
      labelNames: ["limit"],
      registers,
    }),
    latency: new Histogram({
      name: "mullion_identity_request_duration_seconds",
      help: "Time from the request to the end of its answer, by route and class of status.",
      labelNames: ["method", "route", "status_class"],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
  };
}
