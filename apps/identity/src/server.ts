import { createVerifier } from "@mullion/access-token";
import { identityAudience } from "@mullion/contracts";
import type { EventSink } from "@mullion/events";
import { createHttpService } from "@mullion/http-service";
import { checkPostgres, type Pool } from "@mullion/postgres";
import type { RedisClient } from "@mullion/token-store";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { createActiveTokens } from "./access-tokens/active-tokens.ts";
import { verifyForOwnApi } from "./access-tokens/own-api.ts";
import { createAuditLog } from "./audit/audit-log.ts";
import { auditRoutes } from "./audit/audit-routes.ts";
import type { RegisteredClient } from "./clients/registered-client.ts";
import type { SignInLimits } from "./interactions/authenticate.ts";
import { interactionRoutes } from "./interactions/routes.ts";
import type { SigningKeys } from "./keys/signing-keys.ts";
import type { Mailer } from "./mail/mailer.ts";
import { loadStylesheet, serveStylesheet } from "./pages/stylesheet.ts";
import { createProvider } from "./provider/create-provider.ts";
import { createCurrentProvider } from "./provider/current-provider.ts";
import { mountProvider } from "./provider/mount.ts";
import { createRateLimiter } from "./rate-limit/fixed-window.ts";
import { createLogoutNotices } from "./sign-ins/logout-notices.ts";
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
  logger: Logger;
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

  const activeTokens = createActiveTokens({ current: () => current.get(), pool, verifier });
  const current = createCurrentProvider(() =>
    createProvider({ ...options, pages, audit, logger, activeTokens }),
  );
  const notices = createLogoutNotices(current.get(), logger, options.logoutRetriesMs);
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
  serveStylesheet(app, stylesheet);
  await app.register(mountProvider, { current, issuer });
  const limiter = createRateLimiter(redis);
  await app.register(interactionRoutes, { current, issuer, pages, pool, audit, events, limiter, limits });
  await app.register(terminateRoute, { current, pool, audit, notices, clients: options.clients });
  const verify = verifyForOwnApi(verifier, activeTokens);
  await app.register(adminRoutes, { pool, verify, audit, notices });
  await app.register(auditRoutes, { pool, verify });
  const stopPurge = startPurge(pool, (error) => {
    logger.warn({ err: error }, "expired rows were not removed");
  });
  app.addHook("onClose", async () => {
    stopPurge();
    notices.close();
  });
  return app;
}
