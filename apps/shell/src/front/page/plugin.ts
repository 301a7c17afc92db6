import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Pool } from "undici";
import { ticketHeader } from "../../bridge/protocol.ts";
import type { Composition } from "../composition/composition.ts";
import { isPrefetch } from "../prefetch.ts";
import type { RenderProcess } from "../render/render-process.ts";
import type { SessionReader } from "../session/session-reader.ts";
import { createNonce, pagePolicy, policyHeader } from "./content-security-policy.ts";
import { decidePage } from "./decide-page.ts";
import { fallbackPage, fallbackPolicy } from "./fallback-page.ts";
import { assertPagePath, parsePagePath } from "./page-path.ts";
import type { Tickets } from "./tickets.ts";

/** What serving pages needs. */
export interface PageOptions {
  /** Origin that browsers see the shell under. */
  readonly origin: string;
  readonly sessions: SessionReader;
  readonly composition: Composition;
  readonly render: RenderProcess;
  readonly tickets: Tickets;
}

/** Headers of the browser that render sees: none that carries a credential. */
const passedHeaders = ["accept", "accept-language", "user-agent", "x-nextjs-data", "purpose"];

const pageTimeoutMs = 10_000;
/** How long a page waits in a front that has just started for the registry's first answer. */
const firstCompositionWithinMs = 3_000;

const pageHeaders = {
  "cache-control": "no-store",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

function pick(request: FastifyRequest): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of passedHeaders) {
    const value = request.headers[name];
    if (typeof value === "string") picked[name] = value;
  }
  return picked;
}

interface Drawing {
  readonly pool: Pool;
  readonly tickets: Tickets;
  readonly status: number;
  readonly ticket: string;
  /** Content-Security-Policy of the page. */
  readonly policy: string;
}

/** Has render draw the page of a ticket. */
async function drawPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { pool, tickets, status, ticket, policy }: Drawing,
): Promise<void> {
  const aborted = new AbortController();
  reply.raw.once("close", () => {
    tickets.revoke(ticket);
    if (!reply.raw.writableFinished) aborted.abort();
  });
  await pool.stream(
    {
      path: request.raw.url ?? "/",
      method: "GET",
      headers: {
        ...pick(request),
        host: request.headers.host ?? "localhost",
        [ticketHeader]: ticket,
        // Next puts the nonce that it finds in there on the page's scripts.
        [policyHeader]: policy,
      },
      signal: aborted.signal,
      headersTimeout: pageTimeoutMs,
      bodyTimeout: pageTimeoutMs,
    },
    ({ statusCode, headers }) => {
      reply.hijack();
      const {
        connection: _connection,
        "keep-alive": _keepAlive,
        "transfer-encoding": _encoding,
        ...kept
      } = headers;
      reply.raw.writeHead(statusCode === 200 ? status : statusCode, {
        ...kept,
        ...pageHeaders,
        [policyHeader]: policy,
        "x-request-id": request.id,
      });
      return reply.raw;
    },
  );
}

/** Draws the page that the path shows to this session, or sends the visitor where it is. */
async function servePage(request: FastifyRequest, reply: FastifyReply, options: PageOptions): Promise<void> {
  const { sessions, composition, tickets, origin } = options;
  const { pathname, isDataRequest } = parsePagePath(request.raw.url ?? "/");
  await composition.known(firstCompositionWithinMs);
  const { sessionId, view } = await sessions.read(request);
  const decision = decidePage(pathname, view, composition);
  if (decision.kind === "redirect") {
    // A router that asks for data cannot follow a redirect to another site; an error makes it load the page instead.
    if (isDataRequest) await reply.code(401).headers(pageHeaders).send();
    else await reply.headers(pageHeaders).redirect(decision.location);
    return;
  }
  // First, so that a page which cannot be drawn, and asks again by itself, keeps no session alive.
  const pool = await options.render.connect();
  if (sessionId !== null && !isPrefetch(request.headers)) await sessions.use(sessionId);
  const ticket = tickets.issue({ page: decision.page, sessionId, requestId: request.id });
  try {
    const policy = pagePolicy({
      nonce: createNonce(),
      shellOrigin: origin,
      artifactOrigins: composition.artifactOrigins(),
    });
    await drawPage(request, reply, { pool, tickets, status: decision.status, ticket, policy });
  } catch (error) {
    tickets.revoke(ticket);
    throw error;
  }
}

/** A person looks at this, not a program: a page that asks again by itself instead of a problem document. */
async function sendFallback(request: FastifyRequest, reply: FastifyReply, error: unknown): Promise<void> {
  if (request.raw.socket.destroyed) request.log.info({ err: error }, "the client left");
  else request.log.error({ err: error }, "a page could not be drawn");
  if (reply.raw.headersSent || request.raw.socket.destroyed) {
    reply.raw.destroy();
    return;
  }
  const nonce = createNonce();
  await reply
    .code(503)
    .headers({ ...pageHeaders, [policyHeader]: fallbackPolicy(nonce), "retry-after": "2" })
    .type("text/html; charset=utf-8")
    .send(fallbackPage(request.id, nonce));
}

/** Everything that is not an API or a static file is a page. */
export function pagePlugin(app: FastifyInstance, options: PageOptions, done: () => void): void {
  app.get("/*", async (request, reply) => {
    assertPagePath(request.raw.url ?? "/");
    await servePage(request, reply, options).catch(async (error: unknown) =>
      sendFallback(request, reply, error),
    );
    return reply;
  });
  done();
}
