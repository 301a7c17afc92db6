import { ProblemError } from "@mullion/http-service";

/** Codes of the gateway's own answers. */
export type GatewayCode =
  | "body_too_large"
  | "client_closed"
  | "invalid_target"
  | "rate_limited"
  | "request_timeout"
  | "no_web_socket"
  | "upgrade_required"
  | "upstream_redirect"
  | "upstream_timeout"
  | "upstream_unreachable";

const answers: Record<GatewayCode, { status: number; title: string; detail?: string }> = {
  body_too_large: { status: 413, title: "Content Too Large" },
  // Nobody receives it; the number is nginx's and tells these apart in the log.
  client_closed: { status: 499, title: "Client Closed Request" },
  invalid_target: { status: 400, title: "Bad Request", detail: "The request target is not a plain path." },
  rate_limited: { status: 429, title: "Too Many Requests" },
  no_web_socket: { status: 400, title: "Bad Request", detail: "This path takes no WebSocket." },
  upgrade_required: { status: 426, title: "Upgrade Required", detail: "This path takes WebSockets only." },
  request_timeout: { status: 408, title: "Request Timeout", detail: "The body did not arrive in time." },
  upstream_redirect: { status: 502, title: "Bad Gateway", detail: "The service answered with a redirect." },
  upstream_timeout: { status: 504, title: "Gateway Timeout", detail: "The service did not answer in time." },
  upstream_unreachable: { status: 502, title: "Bad Gateway", detail: "The service cannot be reached." },
};

/** The gateway's own answer for a code. */
export function gatewayProblem(
  code: GatewayCode,
  { headers, cause }: { headers?: Record<string, string>; cause?: unknown } = {},
): ProblemError {
  return new ProblemError({ code, ...answers[code], ...(headers === undefined ? {} : { headers }), cause });
}
