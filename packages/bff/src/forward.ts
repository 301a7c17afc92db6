import type { IncomingHttpHeaders } from "node:http";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { ServiceRoute } from "@mullion/contracts";
import { ProblemError } from "@mullion/http-service";
import { errors, type Pool } from "undici";
import type { Cancellation } from "./cancellation.ts";
import { bffProblem } from "./errors.ts";
import { exchangeWith } from "./upstream-exchange.ts";

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
  readonly cancellation: Cancellation;
  /** Another access token after the gateway refused this one, or null when there is none to be had. */
  readonly replaceRefused: () => Promise<string | null>;
}

/** Status and headers of the answer, before its body. */
export interface UpstreamHead {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: string[];
}

/** The named headers that are there, as names and values in turn: the form that both sides write without a detour. */
function pick(names: readonly string[], source: IncomingHttpHeaders): string[] {
  const picked: string[] = [];
  for (const name of names) {
    const value = source[name];
    if (typeof value === "string") picked.push(name, value);
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

const networkCodes = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function toProblem(error: Error, route: ServiceRoute): Error {
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return bffProblem("upstream_timeout", {
      detail: `${route.id} took over ${route.timeoutMs} ms.`,
      cause: error,
    });
  }
  const code = "code" in error ? error.code : undefined;
  const isUnreadable =
    error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError;
  if (isUnreadable || (typeof code === "string" && networkCodes.has(code))) {
    return bffProblem("upstream_unreachable", { detail: "The gateway does not answer.", cause: error });
  }
  return error;
}

/** Statuses of a gateway that may answer the next attempt. */
const passing = new Set([502, 503, 504]);
const retryDelayMs = 50;

/** One attempt. Resolves to false when it failed in a way that passes and `mayRetry`; nothing was sent on then. */
function attempt(
  pool: Pool,
  { route, path, accessToken, requestId, headers, body, cancellation }: UpstreamCall,
  onHead: (head: UpstreamHead) => Writable,
  mayRetry: boolean,
): Promise<boolean> {
  const sent = pick(requestHeaders, headers);
  sent.push("authorization", `Bearer ${accessToken}`, "x-request-id", requestId);
  const { method, timeoutMs } = route;
  return new Promise((resolve, reject) => {
    let refusal: Error | undefined;
    let isPassing = false;
    let isSentOn = false;
    exchangeWith(pool, {
      request: { path, method, headers: sent, body, headersTimeout: timeoutMs, bodyTimeout: timeoutMs },
      cancellation,
      onAnswer: (status, answered) => {
        refusal = refusalOf(status);
        isPassing = mayRetry && passing.has(status);
        if (refusal !== undefined || isPassing) return null;
        isSentOn = true;
        return onHead({ status, headers: pick(responseHeaders, answered) });
      },
      onEnd: () => {
        if (refusal === undefined) resolve(!isPassing);
        else reject(refusal);
      },
      onFailure: (error) => {
        const problem = toProblem(error, route);
        const isUnreachable = problem instanceof ProblemError && problem.code === "upstream_unreachable";
        if (isUnreachable && mayRetry && !isSentOn) resolve(false);
        else reject(problem);
      },
    });
  });
}

/** Sends a call whose token was refused once more, with another; a body that is gone cannot be sent again. */
async function repeatWithAnotherToken(
  error: unknown,
  pool: Pool,
  call: UpstreamCall,
  onHead: (head: UpstreamHead) => Writable,
): Promise<void> {
  if (!(error instanceof ProblemError) || error.code !== "upstream_refused_token") throw error;
  const accessToken = await call.replaceRefused();
  if (accessToken === null || call.body !== null || call.cancellation.isCancelled) throw error;
  await attempt(pool, { ...call, accessToken }, onHead, false);
}

/**
 * Streams one call through the gateway: neither body is ever held in memory. `onHead` receives status and headers and
 * returns where the body goes. A refused token is replaced once. Reads are tried again as often as their route says, as long as nothing was sent on.
 * @throws {ProblemError} 502 or 504 when the gateway cannot be used.
 */
export async function forward(
  pool: Pool,
  call: UpstreamCall,
  onHead: (head: UpstreamHead) => Writable,
): Promise<void> {
  const { retries } = call.route;
  for (let attempts = 1; ; attempts += 1) {
    try {
      if (await attempt(pool, call, onHead, attempts <= retries)) return;
    } catch (error) {
      await repeatWithAnotherToken(error, pool, call, onHead);
      return;
    }
    await delay(retryDelayMs * attempts);
    if (call.cancellation.isCancelled) throw new errors.RequestAbortedError();
  }
}
