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

function bodyOf(request: FastifyRequest, route: ApiRoute): Transform | null {
  const { headers } = request;
  const length = headers["content-length"];
  const hasBody = headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
  if (!hasBody) return null;
  if (length !== undefined && Number(length) > route.bodyLimitBytes) {
    throw bffProblem("body_too_large", { detail: `At most ${route.bodyLimitBytes} bytes.` });
  }
  return request.raw.pipe(limitBody(route.bodyLimitBytes));
}

async function handle(request: FastifyRequest, reply: FastifyReply, options: BffOptions): Promise<void> {
  const path = request.raw.url?.slice(prefix.length) ?? "/";
  const [pathname = "/"] = path.split("?", 1);
  const route = findRoute(options.routes, request.method, pathname);
  const hasBody =
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
  guardRequest(request.headers, hasBody, options.origin);
  const sessionId = options.sessionIdOf(request);
  if (sessionId === null) throw bffProblem("no_session", { detail: "There is no session cookie." });
  const body = bodyOf(request, route);
  const accessToken = await options.tokens.getAccessToken(sessionId);
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
