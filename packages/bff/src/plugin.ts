import type { Transform } from "node:stream";
import { backgroundHeader, type ServiceRoute } from "@mullion/contracts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errors, Pool } from "undici";
import { Cancellation } from "./cancellation.ts";
import { bffProblem } from "./errors.ts";
import { findRoute } from "./find-route.ts";
import { forward } from "./forward.ts";
import { hasBody, limitedBody } from "./limited-body.ts";
import type { BffOptions } from "./options.ts";
import { prefix } from "./prefix.ts";
import { guardRemote, guardRequest, remoteOf } from "./request-guard.ts";
import { answerSessionRoute, assertSessionRoutes } from "./session-routes.ts";
import { SessionTurns } from "./session-turns.ts";
import { acceptUpgrades } from "./upgrade.ts";

interface MountedBff extends BffOptions {
  /**
   * Connections for event streams. Each keeps one for hours: taken from those of the calls, a few visitors would leave
   * none to anybody.
   */
  readonly streamGateway: Pool;
  readonly turns: SessionTurns;
}

/** One call to be streamed through the gateway. */
interface Call {
  readonly route: ServiceRoute;
  /** Path with query, as at the gateway. */
  readonly path: string;
  readonly sessionId: string;
  readonly body: Transform | null;
}

async function streamThrough(
  request: FastifyRequest,
  reply: FastifyReply,
  call: Call,
  { gateway, streamGateway, turns, tokens, streams }: MountedBff,
): Promise<void> {
  const { route, path, sessionId, body } = call;
  const isStream = route.transport === "sse";
  const activity = request.headers[backgroundHeader] === undefined && !isStream ? "person" : "background";
  const cancellation = new Cancellation();
  const answer = reply.raw;
  answer.on("close", () => {
    if (!answer.writableFinished) cancellation.cancel();
  });
  const accessToken = await tokens.getAccessToken(sessionId, route.audience, activity);
  // The wait for a refresh may be long; for whoever left meanwhile nothing is opened that nobody would close.
  if (cancellation.isCancelled) throw new errors.RequestAbortedError();
  if (isStream) {
    const endStream = (): void => void answer.destroy();
    answer.once("close", streams.add(sessionId, endStream));
  } else {
    const turn = turns.take(sessionId, { timeoutMs: route.timeoutMs, cancellation });
    if (turn !== undefined) await turn;
    answer.on("close", () => {
      turns.giveBack(sessionId);
    });
  }
  const { headers, id: requestId } = request;
  await forward(
    isStream ? streamGateway : gateway,
    {
      ...{ route, path, accessToken, requestId, headers, body, cancellation },
      replaceRefused: () => tokens.replaceRefused(sessionId, route.audience, accessToken),
    },
    ({ status, headers: answered }) => {
      reply.hijack();
      answered.push("cache-control", "no-store", "x-content-type-options", "nosniff");
      answered.push("x-request-id", requestId);
      return answer.writeHead(status, answered);
    },
  );
}

async function handle(request: FastifyRequest, reply: FastifyReply, options: MountedBff): Promise<void> {
  const { url = "/" } = request.raw;
  // The router decodes before it compares: of `/api/%62ff/…` another part would be cut off.
  if (!url.startsWith(`${prefix}/`))
    throw bffProblem("path_invalid", { detail: "Write it without escapes." });
  const path = url.slice(prefix.length);
  const [pathname = "/"] = path.split("?", 1);
  const { route, params } = findRoute(options.routes, request.method, pathname);
  const withBody = hasBody(request.raw);
  guardRequest(request.headers, route, withBody, options.origin);
  await guardRemote(remoteOf(request.headers), route, options, request.headers);
  const sessionId = options.sessionIdOf(request.headers);
  if (sessionId === null) throw bffProblem("no_session", { detail: "There is no session cookie." });
  if (route.auth === "session") {
    const answer = await answerSessionRoute(options.sessionRoutes, route, { sessionId, params });
    await reply.code(answer.status).send(answer.body);
    return;
  }
  if (route.transport === "websocket") {
    throw bffProblem("upgrade_required", { detail: `${route.id} is opened as a WebSocket.` });
  }
  const body = withBody ? limitedBody(request.raw, route) : null;
  try {
    await streamThrough(request, reply, { route, path, sessionId, body }, options);
  } catch (error) {
    if (body !== null) {
      // What was not read is thrown away, or the connection would wait for somebody to read it.
      request.raw.unpipe(body);
      request.raw.resume();
    }
    if (!reply.raw.headersSent) throw error;
    // Too late for a problem document: the client sees a body that breaks off.
    request.log.info({ err: error }, "response broke off");
    reply.raw.destroy();
  }
}

/**
 * Mounts the BFF under `/api/bff`, WebSockets included. Bodies are streamed, never parsed.
 * @throws {RouteManifestError} when a route that the front should answer has no handler.
 */
export function bffPlugin(app: FastifyInstance, options: BffOptions, done: (error?: Error) => void): void {
  assertSessionRoutes(options.routes, options.sessionRoutes);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, parsed) => {
    parsed(null);
  });
  const streamGateway = new Pool(options.gatewayUrl, { pipelining: 1 });
  const mounted = { ...options, streamGateway, turns: new SessionTurns() };
  app.addHook("onClose", async () => streamGateway.destroy());
  app.all(`${prefix}/*`, async (request, reply) => handle(request, reply, mounted));
  acceptUpgrades(app, options);
  done();
}
