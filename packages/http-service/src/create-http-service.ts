import { problemContentType } from "@mullion/contracts";
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from "fastify";
import type { Logger } from "pino";
import { addCors, type CorsPolicy } from "./cors.ts";
import { type HttpServiceCode, ProblemError } from "./errors.ts";
import { addHealthRoutes } from "./health.ts";
import { LazyLogger } from "./lazy-logger.ts";
import { createLogger } from "./logger.ts";
import { requestIdOf } from "./request-id.ts";
import { RequestLog } from "./request-log.ts";
import { toProblemError } from "./to-problem-error.ts";

/** What `createHttpService` needs. */
export interface HttpServiceOptions {
  name: string;
  /** JSON to standard output at `info` when not given. */
  logger?: Logger;
  /** Which proxies may tell the client's address (Fastify's `trustProxy`); none when not given. */
  trustProxy?: boolean | string | string[];
  /** What `/readyz` asks, by name. A check rejects when its dependency does not answer. */
  checks?: Record<string, () => Promise<void>>;
  /** The methods a path has, so that another method on it gets 405 and not 404. Empty when there is no such path. */
  allowedMethods?: (path: string) => readonly string[];
  /** Which pages of other origins may call; none when not given. */
  cors?: CorsPolicy;
  /** Largest body any route accepts unless it says otherwise; 64 KiB when not given. */
  bodyLimitBytes?: number;
  /** Within it a request has arrived whole, body included, or is answered 408; see `timeToReceive`. 60 s when not given. */
  requestTimeoutMs?: number;
  /** Whether WebSocket handshakes are handed to `upgrade` listeners. Any other upgrade is always ignored. */
  webSockets?: boolean;
}

// For machines by default; a route that serves pages or public files sets its own and wins.
const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

const securityHeaderList = Object.entries(securityHeaders);

// What nginx calls an answer that nobody waits for any more. It is seen in the log only.
const clientClosedRequest = 499;

// Bodies are checked by zod (`parseBody`). Fastify would load ajv and a serializer for schemas that no route has: a
// tenth of a service's start.
function refuseSchemas(): never {
  throw new Error("routes have no JSON schemas here: see parseBody");
}

/** Sends the problem document an error stands for, and logs the error when it is the service's own fault. */
async function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // Not the request's socket: a body that was passed on and given up has none any more.
  if (reply.raw.destroyed) {
    request.log.info({ err: error }, "the client left");
    return reply.code(clientClosedRequest).send();
  }
  const problem = toProblemError(error);
  if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, "request failed");
  else request.log.info({ code: problem.code, issues: problem.issues }, "request refused");
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .type(problemContentType)
    .send(JSON.stringify(problem.toProblem(request.id)));
}

function notFound(method: string, methods: readonly string[]): ProblemError {
  const missing: HttpServiceCode = "not_found";
  // TRACE would show a page what its browser sends along; no path has it, so none need be known.
  if (methods.length === 0 && method !== "TRACE")
    return new ProblemError({ status: 404, code: missing, title: "Not Found" });
  const code: HttpServiceCode = "method_not_allowed";
  const headers = { allow: methods.join(", ") };
  return new ProblemError({ status: 405, code, title: "Method Not Allowed", headers });
}

const bytesPerMs = 50;

/** How long a request with so large a body may take to arrive, in milliseconds: a minute, and 50 KB a second. */
export function timeToReceive(bodyBytes: number): number {
  return 60_000 + Math.ceil(bodyBytes / bytesPerMs);
}

/**
 * A Fastify instance with what every service shares: request ids, logs without secrets, problem documents for every
 * error, security headers, `/healthz` and `/readyz`. It does not listen: see `listen`.
 *
 * The order of a request (S4.1), by Fastify's hooks: request id and log (before any hook), CORS (`onRequest`, here);
 * then the service's own: rate limit, authentication and authorization (`onRequest`: nobody's body is read before it is
 * known whose it is), body (`preParsing`), validation (`parseBody`, first thing in the handler), handler; an error of
 * any step goes to one error handler. docs/request-order.md says why.
 */
export function createHttpService(options: HttpServiceOptions): FastifyInstance {
  const logger = options.logger ?? createLogger({ name: options.name });
  const loggerInstance: FastifyBaseLogger = logger;
  const requestTimeout = options.requestTimeoutMs ?? timeToReceive(0);
  const app: FastifyInstance = fastify({
    loggerInstance,
    childLoggerFactory: (parent, bindings, childOptions) => new LazyLogger(parent, bindings, childOptions),
    genReqId: requestIdOf,
    requestIdHeader: false,
    logController: new RequestLog(logger),
    schemaController: { compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas } },
    trustProxy: options.trustProxy ?? false,
    bodyLimit: options.bodyLimitBytes ?? 65_536,
    forceCloseConnections: "idle",
    // Fastify's own is none: a body that comes a byte at a time would hold its connection, and one behind it, for good.
    requestTimeout,
    http: {
      // Node takes the shorter of the two for this one.
      headersTimeout: Math.min(requestTimeout, 60_000),
      connectionsCheckingInterval: Math.min(requestTimeout / 4, 10_000),
      // A peer that vanished without a word is noticed also where nothing is sent, as on a silent WebSocket.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      shouldUpgradeCallback: ({ headers }) =>
        options.webSockets === true && headers.upgrade?.toLowerCase() === "websocket",
    },
    // Fastify answers what its router refuses (a malformed percent-encoding, for one) before any hook runs.
    frameworkErrors: (error, request, reply) => {
      void reply.header("x-request-id", request.id).headers(securityHeaders);
      void sendProblem(error, request, reply);
    },
  });
  // These two run for every request: with a callback, because a promise each would be their greatest cost.
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    done();
  });
  if (options.cors !== undefined) addCors(app, options.cors);
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
  });
  app.addHook("onSend", (_request, reply, _payload, done) => {
    // Otherwise a keep-alive connection that was busy when closing began stays open until its client lets go.
    if (closing) reply.header("connection", "close");
    for (const [name, value] of securityHeaderList) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
    done();
  });
  app.setErrorHandler(sendProblem);
  app.setNotFoundHandler(async (request, reply) => {
    const methods = options.allowedMethods?.(request.url.split("?", 1)[0] ?? "") ?? [];
    return sendProblem(notFound(request.method, methods), request, reply);
  });
  addHealthRoutes(app, options.checks ?? {});
  return app;
}
