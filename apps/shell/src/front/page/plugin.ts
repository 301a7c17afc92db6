import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { pinHeader } from "../../bridge/pin-header.ts";
import { ticketHeader } from "../../bridge/protocol.ts";
import type { Composition } from "../composition/composition.ts";
import { versionOf } from "../composition/visit.ts";
import { developmentOf, parsePin } from "../composition/visit-pin.ts";
import type { Overrides } from "../override/overrides.ts";
import { isPrefetch } from "../prefetch.ts";
import type { PageConnection, RenderProcess } from "../render/render-process.ts";
import type { SessionReader } from "../session/session-reader.ts";
import { createNonce, pagePolicy, policyHeader } from "./content-security-policy.ts";
import { decidePage, type PageDecision } from "./decide-page.ts";
import { fallbackPage, fallbackPolicy } from "./fallback-page.ts";
import { assertPagePath, parsePagePath } from "./page-path.ts";
import type { Tickets } from "./tickets.ts";

/** What serving pages needs. */
export interface PageOptions {
  /** Origin that browsers see the shell under. */
  readonly origin: string;
  readonly sessions: SessionReader;
  readonly composition: Composition;
  readonly overrides: Overrides;
  /** Channel of the registry that is shown. */
  readonly channel: string;
  /** Where files of remotes may come from. */
  readonly artifactBases: readonly string[];
  /** Further hosts of artifacts. */
  readonly mirrors: readonly string[];
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
  readonly pages: PageConnection;
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
  { pages, tickets, status, ticket, policy }: Drawing,
): Promise<void> {
  reply.raw.once("close", () => {
    tickets.revoke(ticket);
  });
  await pages.stream(
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
      headersTimeout: pageTimeoutMs,
      bodyTimeout: pageTimeoutMs,
    },
    ({ statusCode, headers }) => {
      reply.hijack();
      reply.raw.writeHead(statusCode === 200 ? status : statusCode, {
        ...headers,
        ...pageHeaders,
        [policyHeader]: policy,
        "x-request-id": request.id,
      });
      return reply.raw;
    },
  );
}

/** What a request asks for, and of whom it is. */
interface Asked {
  readonly decision: PageDecision;
  readonly sessionId: string | null;
  readonly isDataRequest: boolean;
  /** The remote whose development server the browser's document lets in already. */
  readonly opened: string | null;
}

async function decide(request: FastifyRequest, options: PageOptions): Promise<Asked> {
  const { sessions, composition, overrides, channel, mirrors } = options;
  const { pathname, isDataRequest } = parsePagePath(request.raw.url ?? "/");
  await composition.known(firstCompositionWithinMs);
  const { sessionId, view } = await sessions.read(request);
  const active = view === null ? [] : await overrides.activeFor(request.headers, view.user.id);
  // A page load begins a visit; what its router asks for later belongs to it.
  const pin = isDataRequest ? parsePin(request.headers[pinHeader]) : null;
  const visit = await composition.visit({ view, pin, overrides: active });
  const context = { session: view, visit, overrides: active, channel, mirrors };
  const decision = decidePage(pathname, context);
  return { decision, sessionId, isDataRequest, opened: developmentOf(pin) };
}

/** The pane of a development server that a page shows. */
function developmentPane(decision: PageDecision): { readonly name: string; readonly url: string } | null {
  const page = decision.kind === "page" ? decision.page : null;
  return page?.kind === "remote" && page.remote.kind === "development" ? page.remote : null;
}

/**
 * True for what the router of a loaded page cannot show: what is elsewhere, and what needs another
 * Content-Security-Policy than the document has. An error makes it load the page instead.
 */
function needsDocument({ decision, isDataRequest, opened }: Asked): boolean {
  if (!isDataRequest) return false;
  return decision.kind === "redirect" || (developmentPane(decision)?.name ?? null) !== opened;
}

/** Draws the page that the path shows to this session, or sends the visitor where it is. */
async function servePage(request: FastifyRequest, reply: FastifyReply, options: PageOptions): Promise<void> {
  const { sessions, tickets, origin, artifactBases, mirrors } = options;
  const asked = await decide(request, options);
  const { decision, sessionId } = asked;
  if (needsDocument(asked)) {
    await reply
      .code(decision.kind === "redirect" ? 401 : 409)
      .headers(pageHeaders)
      .send();
    return;
  }
  if (decision.kind === "redirect") {
    await reply.headers(pageHeaders).redirect(decision.location);
    return;
  }
  // First, so that a page which cannot be drawn, and asks again by itself, keeps no session alive.
  const pages = await options.render.connect();
  if (sessionId !== null && !isPrefetch(request.headers)) await sessions.use(sessionId);
  const { page, shown } = decision;
  request.log.info(
    { composition: page.visit.composition, remote: shown?.manifest.name, version: shown && versionOf(shown) },
    "page",
  );
  const ticket = tickets.issue({ page, shown, sessionId, requestId: request.id });
  const policy = pagePolicy({
    nonce: createNonce(),
    shellOrigin: origin,
    artifactBases: [...artifactBases, ...mirrors],
    development: developmentPane(decision)?.url ?? null,
  });
  try {
    await drawPage(request, reply, { pages, tickets, status: decision.status, ticket, policy });
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
