import { accessTokenPlugin, type Introspection, type Verifier } from "@mullion/access-token";
import type { ServiceRoute, UpstreamName } from "@mullion/contracts";
import type { EventSink } from "@mullion/events";
import { createHttpService, timeToReceive } from "@mullion/http-service";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { type Dispatcher, Pool } from "undici";
import { guardsOf } from "./access.ts";
import { createAllowedMethods } from "./allowed-methods.ts";
import { gatewayProblem } from "./errors.ts";
import { forward } from "./forward.ts";
import type { Metrics } from "./metrics.ts";
import { createOpenStreams, type OpenStreams } from "./open-streams.ts";
import type { RateLimit } from "./rate-limit.ts";
import { createRequestCounter, statusClassOf } from "./request-counter.ts";
import { assertPlainTarget } from "./request-target.ts";
import { tunnel } from "./tunnel.ts";
import { acceptUpgrades, type Upgrades } from "./upgrades.ts";

/** What the gateway is made of. */
export interface ServerParts {
  /** The route manifest: what is not in it is not served. */
  routes: readonly ServiceRoute[];
  /** Origin of each service. */
  upstreams: Readonly<Record<UpstreamName, string>>;
  verifier: Verifier;
  introspection: Introspection;
  rateLimit: RateLimit;
  metrics: Metrics;
  /** Where counted requests go. The server closes it, after the last counts. */
  events: EventSink;
  logger: Logger;
  /** How often counted requests are emitted as events, in milliseconds; 2 s when not given. */
  countEveryMs?: number;
  /** Longest that an event stream or a WebSocket stays open, in milliseconds; an hour when not given. */
  streamLimitMs?: number;
  /** Origins whose pages may call with a token of their own; none when not given. */
  corsOrigins?: readonly string[];
}

function createPools(upstreams: ServerParts["upstreams"]): Record<UpstreamName, Dispatcher> {
  const pool = (url: string): Dispatcher =>
    new Pool(new URL(url).origin, { connections: 128, connectTimeout: 2_000, pipelining: 1 });
  return {
    profile: pool(upstreams.profile),
    insights: pool(upstreams.insights),
    identity: pool(upstreams.identity),
    registry: pool(upstreams.registry),
  };
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** How the requests of one route are answered, by its transport. */
function handlerOf(
  route: ServiceRoute,
  parts: { pool: Dispatcher; origin: string; streams: OpenStreams; upgrades: Upgrades },
): Handler {
  const { pool, origin, streams, upgrades } = parts;
  if (route.transport === "websocket") {
    return async (request, reply) => {
      const upgrade = upgrades.get(request.raw);
      if (upgrade !== undefined) return tunnel({ origin, route, streams }, upgrade, request, reply);
      throw gatewayProblem("upgrade_required", { headers: { upgrade: "websocket" } });
    };
  }
  return async (request, reply) => {
    if (upgrades.has(request.raw)) throw gatewayProblem("no_web_socket");
    return forward({ pool, route, streams }, request, reply);
  };
}

/**
 * The gateway, ready to listen. A request passes, in this order: request id, log, CORS, check of the target, limit per
 * address, access token, limit per subject, scope, body limit, service. A WebSocket handshake goes the same way. Cookies
 * never come along: whoever calls from a page brings a token.
 */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { routes, verifier, metrics, logger, streamLimitMs = 3_600_000, corsOrigins = [] } = parts;
  const app = createHttpService({
    name: "gateway",
    logger,
    webSockets: true,
    ...(corsOrigins.length > 0 && { cors: () => ({ origins: corsOrigins, credentials: false }) }),
    requestTimeoutMs: timeToReceive(Math.max(0, ...routes.map(({ bodyLimitBytes }) => bodyLimitBytes))),
    allowedMethods: createAllowedMethods(routes),
    // Redis is not among them: the gateway works without it.
    checks: { keys: () => verifier.ready() },
  });
  const pools = createPools(parts.upstreams);
  const counter = createRequestCounter(parts.events, parts.countEveryMs ?? 2_000);
  const streams = createOpenStreams({ limitMs: streamLimitMs, metrics });
  const upgrades = acceptUpgrades(app);

  // Bodies are passed on unread, whatever their type: the service knows what it takes.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => {
    done(null);
  });
  app.addHook("onRequest", async (request) => {
    assertPlainTarget(request.url);
  });
  await app.register(accessTokenPlugin, { verifier });
  app.get("/metrics", { logLevel: "warn" }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );

  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      exposeHeadRoute: false,
      onRequest: guardsOf(app, route, parts),
      handler: handlerOf(route, {
        ...{ pool: pools[route.upstream], origin: parts.upstreams[route.upstream] },
        ...{ streams, upgrades },
      }),
      onResponse: async (_request, reply) => {
        const statusClass = statusClassOf(reply.statusCode);
        metrics.requests.inc({ route: route.id, status_class: statusClass });
        counter.count(route.id, statusClass);
      },
    });
  }
  app.addHook("preClose", async () => {
    streams.endAll();
  });
  app.addHook("onClose", async () => {
    counter.close();
    await Promise.all([parts.events.close(), ...Object.values(pools).map((pool) => pool.close())]);
  });
  return app;
}
