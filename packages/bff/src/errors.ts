import { ProblemError } from "@mullion/http-service";

/** What the BFF itself refuses with; problems of services pass through with their own codes. */
export type BffErrorCode =
  | "no_session"
  | "session_ended"
  | "session_unreadable"
  | "store_unavailable"
  | "identity_unavailable"
  | "route_unknown"
  | "method_not_allowed"
  | "path_invalid"
  | "csrf_header_missing"
  | "cross_site"
  | "content_type_refused"
  | "scope_not_declared"
  | "too_many_streams"
  | "too_many_calls"
  | "front_closing"
  | "upgrade_required"
  | "handshake_invalid"
  | "body_too_large"
  | "upstream_unreachable"
  | "upstream_timeout"
  | "upstream_refused_token"
  | "upstream_redirect";

interface Details {
  readonly detail: string;
  readonly headers?: Record<string, string>;
  readonly cause?: unknown;
}

const answers: Record<BffErrorCode, { status: number; title: string; headers?: Record<string, string> }> = {
  no_session: { status: 401, title: "Not signed in" },
  session_ended: { status: 401, title: "The session has ended", headers: { "clear-site-data": '"cache"' } },
  session_unreadable: { status: 401, title: "The session cannot be read" },
  store_unavailable: { status: 503, title: "Sessions are unavailable", headers: { "retry-after": "2" } },
  identity_unavailable: { status: 503, title: "Sign-in is unavailable", headers: { "retry-after": "5" } },
  route_unknown: { status: 404, title: "No such route" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  path_invalid: { status: 400, title: "The path is not valid" },
  csrf_header_missing: { status: 403, title: "The x-mullion-csrf header is missing" },
  cross_site: { status: 403, title: "Requests of other sites are refused" },
  content_type_refused: { status: 415, title: "This type of content is not accepted" },
  scope_not_declared: { status: 403, title: "The remote does not declare this scope" },
  too_many_streams: { status: 429, title: "Too many open streams", headers: { "retry-after": "5" } },
  too_many_calls: { status: 429, title: "Too many calls under way", headers: { "retry-after": "1" } },
  front_closing: { status: 503, title: "This front is closing", headers: { "retry-after": "1" } },
  upgrade_required: { status: 426, title: "This route is a WebSocket", headers: { upgrade: "websocket" } },
  handshake_invalid: { status: 400, title: "The WebSocket handshake is not valid" },
  body_too_large: { status: 413, title: "The body is too large" },
  upstream_unreachable: { status: 502, title: "The service cannot be reached" },
  upstream_timeout: { status: 504, title: "The service did not answer in time" },
  upstream_refused_token: { status: 502, title: "The service refused the access token" },
  upstream_redirect: { status: 502, title: "The service answered with a redirect" },
};

/** The problem that a code stands for. */
export function bffProblem(code: BffErrorCode, details: Details): ProblemError {
  const { status, title, headers } = answers[code];
  return new ProblemError({
    status,
    code,
    title,
    detail: details.detail,
    headers: { ...headers, ...details.headers },
    cause: details.cause,
  });
}
