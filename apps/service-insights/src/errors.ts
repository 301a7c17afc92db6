import { ProblemError } from "@mullion/http-service";

/** Codes of this service's own answers. */
export type InsightsCode = "future_date";

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
