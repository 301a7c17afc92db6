import type { IncomingHttpHeaders } from "node:http";
import { type ApiRoute, csrfHeader, remoteHeader } from "@mullion/contracts";
import { bffProblem } from "./errors.ts";
import type { ApiAccess } from "./options.ts";

/** @throws {ProblemError} `cross_site` (403) for what a page of another site sends. */
function guardSite(headers: IncomingHttpHeaders, ownOrigin: string): void {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw bffProblem("cross_site", { detail: `Sec-Fetch-Site is ${site}.` });
  }
  if (headers.origin !== undefined && headers.origin !== ownOrigin) {
    throw bffProblem("cross_site", { detail: "The Origin is not this site's." });
  }
}

/**
 * Refuses what a page of another site could send: no custom header, a foreign `Sec-Fetch-Site`, or, where the browser
 * sends no Fetch Metadata, a foreign `Origin`.
 * @throws {ProblemError} 403 or 415.
 */
export function guardRequest(
  headers: IncomingHttpHeaders,
  route: Pick<ApiRoute, "id" | "accepts">,
  hasBody: boolean,
  ownOrigin: string,
): void {
  guardSite(headers, ownOrigin);
  if (headers[csrfHeader] === undefined) {
    throw bffProblem("csrf_header_missing", { detail: `Send ${csrfHeader}: 1, as @mullion/session does.` });
  }
  const mediaType = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (hasBody && (mediaType === undefined || !route.accepts.includes(mediaType))) {
    throw bffProblem("content_type_refused", { detail: `${route.id} takes ${route.accepts.join(", ")}.` });
  }
}

/**
 * The same for a WebSocket handshake. Browsers let pages set no header on it, so the `Origin`, which they always
 * send, has to be this site's.
 * @throws {ProblemError} 403.
 */
export function guardHandshake(headers: IncomingHttpHeaders, ownOrigin: string): void {
  guardSite(headers, ownOrigin);
  if (headers.origin === undefined) {
    throw bffProblem("cross_site", { detail: "A WebSocket handshake carries an Origin." });
  }
}

/**
 * Holds a remote to what its manifest declares. In the browser the name is the remote's own word (its code shares the
 * page with all others); it catches mistakes there, and is certain for what render reads.
 * @throws {ProblemError} `scope_not_declared` (403).
 */
export async function guardRemote(
  remote: string | undefined,
  route: ApiRoute,
  { declaredScopes }: ApiAccess,
  headers: IncomingHttpHeaders = {},
): Promise<void> {
  if (remote === undefined || route.auth === "session") return;
  const declared = await declaredScopes(remote, headers);
  if (declared?.has(route.scope) === true) return;
  throw bffProblem("scope_not_declared", {
    detail: `${route.id} needs ${route.scope}: list it under "scopes" in the mullion.remote.json of ${remote}.`,
  });
}

/** The remote a request says it is made for. */
export function remoteOf(headers: IncomingHttpHeaders): string | undefined {
  return headers[remoteHeader]?.toString();
}
