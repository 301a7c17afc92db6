import { createVerifier } from "@mullion/access-token";
import { identityAudience } from "@mullion/contracts";
import type { EventSink } from "@mullion/events";
import { createHttpService } from "@mullion/http-service";
import { checkPostgres, type Pool } from "@mullion/postgres";
import type { RedisClient } from "@mullion/token-store";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { createActiveTokens } from "./access-tokens/active-tokens.ts";
import { createDeniedTokens } from "./access-tokens/denied-tokens.ts";
import { verifyForOwnApi } from "./access-tokens/own-api.ts";
import { createAuditLog } from "./audit/audit-log.ts";
import { auditRoutes } from "./audit/audit-routes.ts";
import type { RegisteredClient } from "./clients/registered-client.ts";
import type { Upstream } from "./federation/upstream.ts";
import type { SignInLimits } from "./interactions/authenticate.ts";
import { interactionRoutes } from "./interactions/routes.ts";
import type { SigningKeys } from "./keys/signing-keys.ts";
import type { Mailer } from "./mail/mailer.ts";
import { countAudited } from "./metrics/count-audited.ts";
import { countRequests } from "./metrics/count-requests.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { loadStylesheet, serveStylesheet } from "./pages/stylesheet.ts";
import { createProvider } from "./provider/create-provider.ts";
import { createCurrentProvider } from "./provider/current-provider.ts";
import { mountProvider } from "./provider/mount.ts";
import { createRateLimiter } from "./rate-limit/fixed-window.ts";
import { createLogoutDelivery } from "./sign-ins/logout-delivery.ts";
import { terminateRoute } from "./sign-ins/terminate-route.ts";
import { startPurge } from "./storage/purge.ts";
import { adminRoutes } from "./users/admin-routes.ts";

/** What identity is made of. */
export interface IdentityOptions {
  issuer: string;
  audience: string;
  accessTokenTtlSeconds: number;
  cookieKeys: readonly string[];
  clients: readonly RegisteredClient[];
  keys: SigningKeys;
  pool: Pool;
  redis: RedisClient;
  events: Pick<EventSink, "emit">;
  mailer: Mailer;
  /** Other providers that people may sign in with. */
  upstreams?: readonly Upstream[];
  logger: Logger;
  metrics: Metrics;
  limits?: SignInLimits;
  /** Pauses before a client is told again of a logout. */
  logoutRetriesMs?: readonly number[];
}

const defaultLimits: SignInLimits = {
  perAddress: { max: 100, windowSeconds: 60 },
  perAccount: { max: 10, windowSeconds: 600 },
};

/** The identity service, not yet listening. */
export async function createIdentity(options: IdentityOptions): Promise<FastifyInstance> {
  const { issuer, audience, keys, pool, redis, events, logger, limits = defaultLimits } = options;
  const audit = createAuditLog(pool);
  const stylesheet = await loadStylesheet();
  const pages = { stylesheet: stylesheet.url };
  const verifier = createVerifier({
    issuer,
    audience: [audience, identityAudience],
    jwksUri: `${issuer}/jwks`,
    // Our own keys are here; asking for them over the network would only add a way to fail.
    fetch: async () => Response.json({ keys: keys.publicJwks }),
  });

  const limiter = createRateLimiter(redis);
  const denied = createDeniedTokens(redis);
  const activeTokens = createActiveTokens({ current: () => current.get(), pool, verifier, denied });
  const current = createCurrentProvider(() =>
    createProvider({ ...options, pages, audit, verifier, activeTokens, denied, limiter }),
  );
  const logouts = createLogoutDelivery({ current, pool, logger, retriesMs: options.logoutRetriesMs });
  const app = createHttpService({
    name: "identity",
    logger,
    checks: {
      postgres: () => checkPostgres(pool),
      redis: async () => {
        await redis.ping();
      },
    },
  });
  countRequests(app, options.metrics);
  serveStylesheet(app, stylesheet);
  await app.register(mountProvider, { current, issuer });
  const people = {
    current,
    issuer,
    pages,
    pool,
    audit,
    events,
    limiter,
    limits,
    upstreams: options.upstreams ?? [],
  };
  await app.register(interactionRoutes, people);
  await app.register(terminateRoute, { current, pool, audit, clients: options.clients });
  const verify = verifyForOwnApi(verifier, activeTokens);
  await app.register(adminRoutes, { pool, verify, audit, logouts });
  await app.register(auditRoutes, { pool, verify });
  const stopCounting = countAudited(options.metrics);
  const stopPurge = startPurge(pool, (error) => {
    logger.warn({ err: error }, "expired rows were not removed");
  });
  app.addHook("onClose", async () => {
    stopCounting();
    stopPurge();
    await logouts.close();
  });
  return app;
}
