import { accessTokenPlugin, createClientCredentials, createVerifier } from "@mullion/access-token";
import { createHttpService, createLogger } from "@mullion/http-service";
import { checkPostgres, createPool } from "@mullion/postgres";
import type { FastifyInstance } from "fastify";
import { addArtifactRoutes } from "./artifacts/artifact-routes.ts";
import { blobRoutes } from "./artifacts/blob-routes.ts";
import { createStore } from "./artifacts/create-store.ts";
import { VersionIndex } from "./artifacts/version-index.ts";
import type { Env } from "./env.ts";
import { startGuard } from "./guard/guard.ts";
import { createPaneReader } from "./guard/insights.ts";
import { createLeadership } from "./guard/leadership.ts";
import { addHostRoutes } from "./hosts/host-routes.ts";
import { addKeyRoutes } from "./keys/key-routes.ts";
import { addOverrideRoutes } from "./overrides/override-routes.ts";
import { createOverrideSigner } from "./overrides/override-token.ts";
import { addPublisherRoutes } from "./publishers/publisher-routes.ts";
import { addRemoteRoutes } from "./remotes/remote-routes.ts";
import { createChangeFeed } from "./rollouts/change-feed.ts";
import { addChannelRoutes } from "./rollouts/channel-routes.ts";
import { addRolloutRoutes } from "./rollouts/rollout-routes.ts";
import { addVersionRoutes } from "./versions/version-routes.ts";

/** What the registry is composed from. `PUBLIC_URL` is the address under which browsers and renderers reach it. */
export type RegistryOptions = Pick<
  Env,
  | "DATABASE_URL"
  | "ISSUER"
  | "API_AUDIENCE"
  | "artifacts"
  | "PUBLIC_URL"
  | "OVERRIDE_SIGNING_KEY"
  | "RELEASE_ROOT_KEYS"
  | "MAX_ENTRY_BYTES"
  | "MAX_FIRST_PAINT_BYTES"
  | "INSIGHTS_URL"
  | "CLIENT_ID"
  | "CLIENT_SECRET"
  | "LOG_LEVEL"
> & {
  /** How often the guard of canaries looks at most, in milliseconds; 2 s when not given. */
  readonly guardIntervalMs?: number;
};

/** The registry, not yet listening. It starts without Postgres or identity and recovers when they come back. */
export async function createRegistry(options: RegistryOptions): Promise<FastifyInstance> {
  const logger = createLogger({ name: "registry", level: options.LOG_LEVEL });
  const pool = createPool({
    connectionString: options.DATABASE_URL,
    onError: (error) => {
      logger.warn({ err: error }, "an idle connection to Postgres broke");
    },
  });
  const store = createStore(options.artifacts);
  const feed = createChangeFeed(options.DATABASE_URL, logger);
  const verifier = createVerifier({ issuer: options.ISSUER, audience: options.API_AUDIENCE });
  const app = createHttpService({
    name: "registry",
    logger,
    checks: {
      postgres: () => checkPostgres(pool),
      changes: () => feed.check(),
      keys: () => verifier.ready(),
      artifacts: () => store.check(),
    },
  });

  await app.register(accessTokenPlugin, { verifier });
  await app.register(blobRoutes, { store });
  addArtifactRoutes(app, store, new VersionIndex(pool));
  const rootKeys = options.RELEASE_ROOT_KEYS;
  const limits = { entryBytes: options.MAX_ENTRY_BYTES, firstPaintBytes: options.MAX_FIRST_PAINT_BYTES };
  addVersionRoutes(app, { pool, store, rootKeys, limits });
  addKeyRoutes(app, { pool, rootKeys });
  addPublisherRoutes(app, pool);
  addHostRoutes(app, pool);
  addChannelRoutes(app, { pool, feed, publicUrl: options.PUBLIC_URL });
  const { CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, ISSUER: issuer } = options;
  const credentials = createClientCredentials({ issuer, clientId, clientSecret, scope: "insights:read" });
  const readPanes = createPaneReader(options.INSIGHTS_URL, () => credentials.getToken());
  addRolloutRoutes(app, { pool, readPanes });
  const { PUBLIC_URL: publicUrl, OVERRIDE_SIGNING_KEY: signingKey } = options;
  addOverrideRoutes(app, { pool, publicUrl, signer: await createOverrideSigner(signingKey) });
  addRemoteRoutes(app, pool, store);

  const guard = startGuard({
    pool,
    leadership: createLeadership(options.DATABASE_URL),
    readPanes,
    intervalMs: options.guardIntervalMs ?? 2_000,
    log: app.log,
  });

  // Waiters first: a server does not close while a request is open.
  app.addHook("preClose", async () => {
    feed.close();
  });
  app.addHook("onClose", async () => {
    await guard.close();
    await Promise.all([pool.end(), store.close()]);
  });
  return app;
}
