import { gatewayProblem } from "./errors.ts";

// Segments of letters, digits and a few marks. No listed route needs percent-encoding, so it is refused whole: there is
// then no second spelling of a path (`%2e%2e`, `%252e`, `%5c`) that gateway and service could read differently.
const plainPath = /^(?:\/|(?:\/[A-Za-z0-9_~.@:-]+)+\/?)$/;
const dotSegment = /(?:^|\/)\.{1,2}(?:\/|$)/;
const plainQuery = /^[!$-;=?-Z_a-z~%[\]]*$/;

/** Throws `ProblemError` 400 unless the target is in origin-form (RFC 9112 section 3.2.1) and has one reading only. */
export function assertPlainTarget(target: string): void {
  const mark = target.indexOf("?");
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? "" : target.slice(mark + 1);
  if (!plainPath.test(path) || dotSegment.test(path) || !plainQuery.test(query)) {
    throw gatewayProblem("invalid_target");
  }
}
