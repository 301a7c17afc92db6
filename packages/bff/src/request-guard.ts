import type { IncomingHttpHeaders } from "node:http";
import { bffProblem } from "./errors.ts";

/** Header that every BFF call carries; a cross-site request cannot set it without a preflight, which is never granted. */
const csrfHeader = "x-mullion-csrf";

/**
 * Refuses what a page of another site could send: no custom header, a foreign `Sec-Fetch-Site`, or, where the browser
 * sends no Fetch Metadata, a foreign `Origin`.
 * @throws {ProblemError} 403 or 415.
 */
export function guardRequest(headers: IncomingHttpHeaders, hasBody: boolean, ownOrigin: string): void {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw bffProblem("cross_site", { detail: `Sec-Fetch-Site is ${site}.` });
  }
  if (headers.origin !== undefined && headers.origin !== ownOrigin) {
    throw bffProblem("cross_site", { detail: "The Origin is not this site's." });
  }
  if (headers[csrfHeader] === undefined) {
    throw bffProblem("csrf_header_missing", { detail: `Send ${csrfHeader}: 1, as @mullion/session does.` });
  }
  const mediaType = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (hasBody && mediaType !== "application/json") {
    throw bffProblem("content_type_refused", { detail: "Send JSON with content-type application/json." });
  }
}
