import { accessTokenPlugin, type Verifier } from "@mullion/access-token";
import type { ServiceRoute, UpstreamName } from "@mullion/contracts";
import type { EventSink } from "@mullion/events";
import { createHttpService, ProblemError } from "@mullion/http-service";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { type Dispatcher, Pool } from "undici";
import { createAllowedMethods } from "./allowed-methods.ts";
import { forward } from "./forward.ts";
import type { Metrics } from "./metrics.ts";
import type { RateLimit } from "./rate-limit.ts";
import { createRequestCounter, statusClassOf } from "./request-counter.ts";
import { assertPlainTarget } from "./request-target.ts";

/** What the gateway is made of. */
export interface ServerParts {
  /** The route manifest: what is not in it is not served. */
  routes: readonly ServiceRoute[];
  /** Origin of each service. */
  upstreams: Readonly<Record<UpstreamName, string>>;
  verifier: Verifier;
  rateLimit: RateLimit;
  metrics: Metrics;
  /** Where counted requests go. The server closes it, after the last counts. */
  events: EventSink;
  logger: Logger;
  /** How often counted requests are emitted as events, in milliseconds; 2 s when not given. */
  countEveryMs?: number;
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

/** The hooks of one route, in the order they run: address limit, token and scope, subject limit. */
function guards(app: FastifyInstance, route: ServiceRoute, rateLimit: RateLimit) {
  const requireScope = app.requireScope(route.scope);
  return [
    async (request: FastifyRequest): Promise<void> => {
      rateLimit.assertAddress(request.ip);
    },
    async (request: FastifyRequest): Promise<void> => {
      try {
        await requireScope(request);
      } catch (error) {
        if (error instanceof ProblemError && error.status === 401) await rateLimit.refused(request.ip);
        throw error;
      }
    },
    (request: FastifyRequest): Promise<void> => rateLimit.subject(request.accessToken.sub),
  ];
}

/**
 * The gateway, ready to listen. A request passes, in this order: request id, log, check of the target, limit per
 * address, access token and scope, limit per subject, body limit, service. There is no CORS step: browsers talk to the
 * shell only, and an answer without CORS fields is one no page can read.
 */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { routes, verifier, rateLimit, metrics, logger } = parts;
  const app = createHttpService({
    name: "gateway",
    logger,
    allowedMethods: createAllowedMethods(routes),
    // Redis is not among them: the gateway works without it.
    checks: { keys: () => verifier.ready() },
  });
  const pools = createPools(parts.upstreams);
  const counter = createRequestCounter(parts.events, parts.countEveryMs ?? 2_000);

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
      onRequest: guards(app, route, rateLimit),
      handler: (request, reply) => forward(pools[route.upstream], route, request, reply),
      onResponse: async (_request, reply) => {
        const statusClass = statusClassOf(reply.statusCode);
        metrics.requests.inc({ route: route.id, status_class: statusClass });
        counter.count(route.id, statusClass);
      },
    });
  }
  app.addHook("onClose", async () => {
    counter.close();
    await Promise.all([parts.events.close(), ...Object.values(pools).map((pool) => pool.close())]);
  });
  return app;
}
