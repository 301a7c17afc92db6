import type { IncomingHttpHeaders } from "node:http";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { ServiceRoute } from "@mullion/contracts";
import { ProblemError } from "@mullion/http-service";
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
  readonly route: ServiceRoute;
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

function toProblem(error: unknown, route: ServiceRoute): unknown {
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

/** Statuses of a gateway that may answer the next attempt. */
const passing = new Set([502, 503, 504]);
const retryDelayMs = 50;

/** One attempt. Resolves to false when it failed in a way that passes and `mayRetry`; nothing was sent on then. */
async function attempt(
  pool: Pool,
  { route, path, accessToken, requestId, headers, body, signal }: UpstreamCall,
  onHead: (head: UpstreamHead) => Writable,
  mayRetry: boolean,
): Promise<boolean> {
  let refusal: Error | undefined;
  let isPassing = false;
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
        isPassing = mayRetry && passing.has(statusCode);
        if (refusal !== undefined || isPassing) return new PassThrough().resume();
        return onHead({ status: statusCode, headers: pick(responseHeaders, answered) });
      },
    );
  } catch (error) {
    const problem = toProblem(error, route);
    if (mayRetry && problem instanceof ProblemError && problem.code === "upstream_unreachable") return false;
    throw problem;
  }
  if (refusal !== undefined) throw refusal;
  return !isPassing;
}

/**
 * Streams one call through the gateway: neither body is ever held in memory. `onHead` receives status and headers and
 * returns where the body goes. Reads are tried again as often as their route says, as long as nothing was sent on.
 * @throws {ProblemError} 502 or 504 when the gateway cannot be used.
 */
export async function forward(
  pool: Pool,
  call: UpstreamCall,
  onHead: (head: UpstreamHead) => Writable,
): Promise<void> {
  let isSentOn = false;
  const head = (answer: UpstreamHead): Writable => {
    isSentOn = true;
    return onHead(answer);
  };
  const { retries } = call.route;
  for (let attempts = 1; ; attempts += 1) {
    const done = await attempt(pool, call, head, attempts <= retries && !isSentOn);
    if (done) return;
    await delay(retryDelayMs * attempts, undefined, { signal: call.signal });
  }
}
