import { Transform } from "node:stream";
import type { ApiRoute } from "@mullion/contracts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Pool } from "undici";
import { bffProblem } from "./errors.ts";
import { findRoute } from "./find-route.ts";
import { forward } from "./forward.ts";
import { guardRequest } from "./request-guard.ts";
import type { SessionTokens } from "./session-tokens.ts";

/** What the BFF is mounted with. */
export interface BffOptions {
  readonly routes: readonly ApiRoute[];
  readonly gateway: Pool;
  readonly tokens: SessionTokens;
  /** Origin of the shell, e.g. `https://app.example.com`. */
  readonly origin: string;
  /** The session id of a request's cookie, or null. */
  readonly sessionIdOf: (request: FastifyRequest) => string | null;
}

const prefix = "/api/bff";

function limitBody(limitBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > limitBytes) done(bffProblem("body_too_large", { detail: `At most ${limitBytes} bytes.` }));
      else done(null, chunk);
    },
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** The request's body, ended with an error when it grows over the route's limit. */
function limitedBody(request: FastifyRequest, route: ApiRoute): Transform {
  const limited = limitBody(route.bodyLimitBytes);
  // Whoever reads the body gets the error too; this listener only keeps it from being fatal before anybody reads.
  limited.on("error", () => {
    request.raw.unpipe(limited);
    request.raw.resume();
  });
  return request.raw.pipe(limited);
}

async function handle(request: FastifyRequest, reply: FastifyReply, options: BffOptions): Promise<void> {
  const path = request.raw.url?.slice(prefix.length) ?? "/";
  const [pathname = "/"] = path.split("?", 1);
  const route = findRoute(options.routes, request.method, pathname);
  const withBody = hasBody(request);
  guardRequest(request.headers, withBody, options.origin);
  if (Number(request.headers["content-length"] ?? 0) > route.bodyLimitBytes) {
    throw bffProblem("body_too_large", { detail: `At most ${route.bodyLimitBytes} bytes.` });
  }
  const sessionId = options.sessionIdOf(request);
  if (sessionId === null) throw bffProblem("no_session", { detail: "There is no session cookie." });
  const accessToken = await options.tokens.getAccessToken(sessionId);
  const body = withBody ? limitedBody(request, route) : null;
  const aborted = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) aborted.abort();
  });
  try {
    await forward(
      options.gateway,
      {
        route,
        path,
        accessToken,
        requestId: request.id,
        headers: request.headers,
        body,
        signal: aborted.signal,
      },
      ({ status, headers }) => {
        reply.hijack();
        reply.raw.writeHead(status, {
          ...headers,
          "cache-control": "no-store",
          "x-content-type-options": "nosniff",
          "x-request-id": request.id,
        });
        return reply.raw;
      },
    );
  } catch (error) {
    if (body !== null) {
      // What was not read is thrown away, or the connection would wait for somebody to read it.
      request.raw.unpipe(body);
      request.raw.resume();
    }
    if (!reply.raw.headersSent) throw error;
    // Too late for a problem document: the client sees a body that breaks off.
    request.log.warn({ err: error }, "response broke off");
    reply.raw.destroy();
  }
}

/** Mounts the BFF under `/api/bff`. Bodies are streamed, never parsed. */
export function bffPlugin(app: FastifyInstance, options: BffOptions, done: () => void): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, parsed) => {
    parsed(null);
  });
  app.all(`${prefix}/*`, async (request, reply) => handle(request, reply, options));
  done();
}
