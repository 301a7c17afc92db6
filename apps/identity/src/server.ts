import { identityAudience } from "@mullion/contracts";
import type { EventSink } from "@mullion/events";
import { createHttpService } from "@mullion/http-service";
import { checkPostgres, type Pool } from "@mullion/postgres";
import type { KeyRing, RedisClient } from "@mullion/token-store";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { createActiveTokens } from "./access-tokens/active-tokens.ts";
import { createDeniedTokens } from "./access-tokens/denied-tokens.ts";
import { verifyForOwnApi } from "./access-tokens/own-api.ts";
import { accountRoutes } from "./account/account-routes.ts";
import { ownClient } from "./account/own-client.ts";
import { createAuditLog } from "./audit/audit-log.ts";
import { auditRoutes } from "./audit/audit-routes.ts";
import { createClientRegistry } from "./clients/client-registry.ts";
import { clientRoutes } from "./clients/client-routes.ts";
import type { RegisteredClient } from "./clients/registered-client.ts";
import { syncClientFile } from "./clients/sync-client-file.ts";
import { createAttempts } from "./federation/attempts.ts";
import { federationRoutes } from "./federation/sign-in-routes.ts";
import type { Upstream } from "./federation/upstream.ts";
import { interactionRoutes } from "./interactions/routes.ts";
import { checkKeys, startKeyMaintenance } from "./keys/key-maintenance.ts";
import { type KeyPolicy, keyPolicy } from "./keys/key-rotation.ts";
import { keyRoutes } from "./keys/key-routes.ts";
import { createOwnVerifier } from "./keys/own-verifier.ts";
import type { SigningKeys } from "./keys/signing-keys.ts";
import type { Mailer } from "./mail/mailer.ts";
import { countEvents } from "./metrics/count-events.ts";
import { countRequests } from "./metrics/count-requests.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { loadStylesheet, serveStylesheet } from "./pages/stylesheet.ts";
import { createProvider } from "./provider/create-provider.ts";
import { createCurrentProvider } from "./provider/current-provider.ts";
import { mountProvider } from "./provider/mount.ts";
import { limitEndpoints } from "./rate-limit/endpoint-limits.ts";
import { createRateLimiter } from "./rate-limit/fixed-window.ts";
import { defaultLimits, type Limits } from "./rate-limit/limits.ts";
import { linkRoutes } from "./recovery/link-routes.ts";
import { passwordRecoveryRoutes } from "./recovery/password-routes.ts";
import { registrationRoutes } from "./registration/routes.ts";
import { signInAdminRoutes } from "./sign-ins/admin-routes.ts";
import { createLogoutDelivery } from "./sign-ins/logout-delivery.ts";
import { terminateRoute } from "./sign-ins/terminate-route.ts";
import { sessionCors } from "./spa/session-cors.ts";
import { sessionRoutes } from "./spa/session-routes.ts";
import { followChanges } from "./storage/follow-changes.ts";
import { startPurge } from "./storage/purge.ts";
import { createAccountChanges } from "./users/account-changes.ts";
import { adminRoutes } from "./users/admin-routes.ts";

/** What identity is made of. */
export interface IdentityOptions {
  issuer: string;
  audience: string;
  accessTokenTtlSeconds: number;
  cookieKeys: readonly string[];
  /** Those of the operator's file. */
  clients: readonly RegisteredClient[];
  keys: SigningKeys;
  /** Seals the keys that are made later. */
  keyRing: KeyRing;
  /** A month of each key when not given. */
  keyPolicy?: KeyPolicy;
  pool: Pool;
  redis: RedisClient;
  events: Pick<EventSink, "emit">;
  mailer: Mailer;
  /** Other providers that people may sign in with. */
  upstreams?: readonly Upstream[];
  logger: Logger;
  metrics: Metrics;
  /** Proxies that may tell a caller's address. None when not given. */
  trustedProxies?: string[];
  /** Those that differ from the defaults. */
  limits?: Partial<Limits>;
  /** Pauses before a client is told again of a logout. */
  logoutRetriesMs?: readonly number[];
}

/** The identity service, not yet listening. */
export async function createIdentity(options: IdentityOptions): Promise<FastifyInstance> {
  const { issuer, audience, keys, pool, redis, events, logger } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const audit = createAuditLog(pool);
  const stylesheet = await loadStylesheet();
  const pages = { stylesheet: stylesheet.url };
  const verifier = createOwnVerifier({ issuer, audience: [audience, identityAudience], keys });
  const clients = createClientRegistry(pool, () => changes.live);
  const changes = followChanges({ pool, keys, clients, logger });
  const keyWork = { pool, ring: options.keyRing, policy: options.keyPolicy ?? keyPolicy(30) };
  const limiter = createRateLimiter(redis);
  const denied = createDeniedTokens(redis);
  const activeTokens = createActiveTokens({ current: () => current.get(), pool, verifier, denied });
  const current = createCurrentProvider(() =>
    createProvider({ ...options, clients, pages, audit, verifier, activeTokens, denied, limiter, limits }),
  );
  keys.onChange(() => {
    current.rebuild();
  });
  await syncClientFile(pool, [...options.clients, ownClient(issuer)], current.get());
  await changes.start();
  const logouts = createLogoutDelivery({ current, pool, logger, retriesMs: options.logoutRetriesMs });
  const app = createHttpService({
    name: "identity",
    logger,
    trustProxy: options.trustedProxies ?? false,
    cors: sessionCors(current),
    checks: {
      postgres: () => checkPostgres(pool),
      redis: async () => {
        await redis.ping();
      },
      keys: () => checkKeys(keys, clients),
    },
  });
  countRequests(app, options.metrics);
  serveStylesheet(app, stylesheet);
  limitEndpoints(app, { redis, limiter, limits, pages, logger });
  await app.register(mountProvider, { current, issuer, pages });
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
  const accounts = { ...people, mailer: options.mailer };
  await app.register(registrationRoutes, accounts);
  await app.register(linkRoutes, accounts);
  await app.register(passwordRecoveryRoutes, accounts);
  const attempts = createAttempts(redis);
  await app.register(federationRoutes, { ...accounts, attempts });
  await app.register(accountRoutes, {
    ...accounts,
    attempts,
    changes: createAccountChanges({ pool, mailer: options.mailer, issuer }),
  });
  await app.register(terminateRoute, { current, pool, audit, clients });
  await app.register(sessionRoutes, { ...people, audience });
  const verify = verifyForOwnApi(verifier, activeTokens);
  await app.register(adminRoutes, { pool, verify, audit });
  await app.register(signInAdminRoutes, { pool, verify, audit, logouts });
  await app.register(auditRoutes, { pool, verify });
  await app.register(clientRoutes, { current, clients, keys, keyWork, verify });
  await app.register(keyRoutes, { work: keyWork, keys, verify });
  const stopCounting = countEvents(options.metrics);
  const stopPurge = startPurge(pool, (error) => {
    logger.warn({ err: error }, "expired rows were not removed");
  });
  const maintenance = startKeyMaintenance(keyWork, logger);
  app.addHook("onListen", maintenance.run);
  // Before the owner's own hooks: those of `onClose` run last to first, and the pool would be gone.
  app.addHook("preClose", async () => {
    await maintenance.stop();
    changes.close();
    stopCounting();
    stopPurge();
    await logouts.close();
  });
  return app;
}
