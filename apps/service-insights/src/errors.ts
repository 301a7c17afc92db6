import { ProblemError } from "@mullion/http-service";

/** Codes of this service's own answers. */
export type InsightsCode = "future_date" | "upgrade_required";

/** 400 for an annotation of a day that has not come. */
export function futureDate(): ProblemError {
  const code: InsightsCode = "future_date";
  return new ProblemError({
    status: 400,
    code,
    title: "Bad Request",
    detail: "Only a day that has begun can be annotated.",
    issues: [{ path: "date", message: "must not be in the future" }],
  });
}

/** 426 for a request without a handshake where only WebSockets are taken. */
export function upgradeRequired(): ProblemError {
  const code: InsightsCode = "upgrade_required";
  const headers = { upgrade: "websocket", connection: "Upgrade" };
  return new ProblemError({ status: 426, code, title: "Upgrade Required", headers });
}
