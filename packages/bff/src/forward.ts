import type { IncomingHttpHeaders } from "node:http";
import { PassThrough, type Readable, type Writable } from "node:stream";
import type { ApiRoute } from "@mullion/contracts";
import { errors, type Pool } from "undici";
import { bffProblem } from "./errors.ts";

/** Headers of the browser that reach the gateway. Everything else stays: cookies, forwarding claims, hop-by-hop. */
const requestHeaders = [
  "accept",
  "accept-language",
  "content-type",
  "content-length",
  "if-match",
  "if-none-match",
];

/** Headers of the gateway that reach the browser. `set-cookie` and echoed credentials are not among them. */
const responseHeaders = [
  "content-type",
  "content-length",
  "content-encoding",
  "content-language",
  "etag",
  "last-modified",
  "retry-after",
  "allow",
  "deprecation",
  "x-request-id",
];

/** One call to the gateway on behalf of a session. */
export interface UpstreamCall {
  readonly route: ApiRoute;
  /** Path with query, as at the gateway. */
  readonly path: string;
  readonly accessToken: string;
  readonly requestId: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable | null;
  readonly signal: AbortSignal;
}

/** Status and headers of the answer, before its body. */
export interface UpstreamHead {
  readonly status: number;
  readonly headers: Record<string, string>;
}

function pick(
  names: readonly string[],
  source: Record<string, string | string[] | undefined>,
): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = source[name];
    if (typeof value === "string") picked[name] = value;
  }
  return picked;
}

function refusalOf(status: number): Error | undefined {
  if (status === 401) {
    return bffProblem("upstream_refused_token", {
      detail: "The gateway did not accept this session's access token.",
    });
  }
  if (status >= 300 && status < 400 && status !== 304) {
    return bffProblem("upstream_redirect", { detail: "Redirects are not followed with an access token." });
  }
  return undefined;
}

function toProblem(error: unknown, route: ApiRoute): unknown {
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return bffProblem("upstream_timeout", {
      detail: `${route.id} took over ${route.timeoutMs} ms.`,
      cause: error,
    });
  }
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const network = [
    "ECONNREFUSED",
    "ECONNRESET",
    "ENOTFOUND",
    "EPIPE",
    "UND_ERR_SOCKET",
    "UND_ERR_CONNECT_TIMEOUT",
  ];
  if (typeof code === "string" && network.includes(code)) {
    return bffProblem("upstream_unreachable", { detail: "The gateway does not answer.", cause: error });
  }
  return error;
}

/**
 * Streams one call through the gateway: neither body is ever held in memory. `onHead` receives status and headers and
 * returns where the body goes.
 * @throws {ProblemError} 502 or 504 when the gateway cannot be used.
 */
export async function forward(
  pool: Pool,
  call: UpstreamCall,
  onHead: (head: UpstreamHead) => Writable,
): Promise<void> {
  const { route, path, accessToken, requestId, headers, body, signal } = call;
  let refusal: Error | undefined;
  try {
    await pool.stream(
      {
        path,
        method: route.method,
        headers: {
          ...pick(requestHeaders, headers),
          authorization: `Bearer ${accessToken}`,
          "x-request-id": requestId,
        },
        body,
        signal,
        headersTimeout: route.timeoutMs,
        bodyTimeout: route.timeoutMs,
      },
      ({ statusCode, headers: answered }) => {
        refusal = refusalOf(statusCode);
        if (refusal !== undefined) return new PassThrough().resume();
        return onHead({ status: statusCode, headers: pick(responseHeaders, answered) });
      },
    );
  } catch (error) {
    throw toProblem(error, route);
  }
  if (refusal !== undefined) throw refusal;
}
