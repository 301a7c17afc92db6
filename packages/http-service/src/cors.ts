import cors, { type FastifyCorsOptions, type FastifyCorsOptionsDelegateCallback } from "@fastify/cors";
import { csrfHeader } from "@mullion/contracts";
import type { FastifyInstance, FastifyRequest } from "fastify";

/** Whose pages may call from another origin. An origin is listed or it is not; there is no `*` (S4.5). */
export interface CorsRule {
  /** Exact origins, e.g. `https://app.example.com`. */
  readonly origins: readonly string[];
  /** Whether cookies may come along. */
  readonly credentials: boolean;
}

/** The rule for a request, decided before its body is read; undefined where pages of other origins have no business. */
export type CorsPolicy = (request: FastifyRequest) => CorsRule | undefined | Promise<CorsRule | undefined>;

const preflightSeconds = 600;
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const requestHeaders = ["authorization", "content-type", "if-match", csrfHeader, "x-request-id"];
const responseHeaders = ["etag", "retry-after", "www-authenticate", "x-request-id"];

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

/** Answers preflights and marks answers that a page of another origin may read. Errors are marked like any answer. */
export function addCors(app: FastifyInstance, policy: CorsPolicy): void {
  async function optionsFor(request: FastifyRequest, origin: string): Promise<FastifyCorsOptions> {
    const rule = await policy(request);
    if (rule?.origins.includes(origin) !== true) return { origin: false };
    return {
      origin,
      credentials: rule.credentials,
      methods,
      allowedHeaders: requestHeaders,
      exposedHeaders: responseHeaders,
      maxAge: preflightSeconds,
    };
  }
  // By callback: most requests come from no page, and need not wait for a promise to learn it.
  const delegator: FastifyCorsOptionsDelegateCallback = (request, done) => {
    const { origin } = request.headers;
    const isOther = request.method === "OPTIONS" && !isPreflight(request);
    if (origin === undefined || isOther) done(null, { origin: false });
    else {
      optionsFor(request, origin).then(
        (options) => done(null, options),
        (error: unknown) => done(error as Error),
      );
    }
  };
  // Called, not registered: a registered plugin would load after the hooks that the service adds by itself.
  cors(app, { delegator }, (error) => {
    if (error !== undefined) throw error;
  });
}
