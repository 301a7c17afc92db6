import { accessTokenPlugin, createVerifier } from "@mullion/access-token";
import { createHttpService, createLogger } from "@mullion/http-service";
import { checkPostgres, createPool } from "@mullion/postgres";
import type { FastifyInstance } from "fastify";
import { addArtifactRoutes } from "./artifacts/artifact-routes.ts";
import { blobRoutes } from "./artifacts/blob-routes.ts";
import { FolderStore } from "./artifacts/folder-store.ts";
import { VersionIndex } from "./artifacts/version-index.ts";
import type { Env } from "./env.ts";
import { addRemoteRoutes } from "./remotes/remote-routes.ts";
import { createChangeFeed } from "./rollouts/change-feed.ts";
import { addChannelRoutes } from "./rollouts/channel-routes.ts";
import { addRolloutRoutes } from "./rollouts/rollout-routes.ts";
import { addVersionRoutes } from "./versions/version-routes.ts";

/** What the registry is composed from. `PUBLIC_URL` is the address under which browsers and renderers reach it. */
export type RegistryOptions = Pick<
  Env,
  "DATABASE_URL" | "ISSUER" | "API_AUDIENCE" | "ARTIFACTS_DIR" | "PUBLIC_URL" | "LOG_LEVEL"
>;

/** The registry, not yet listening. It starts without Postgres or identity and recovers when they come back. */
export async function createRegistry(options: RegistryOptions): Promise<FastifyInstance> {
  const logger = createLogger({ name: "registry", level: options.LOG_LEVEL });
  const pool = createPool({
    connectionString: options.DATABASE_URL,
    onError: (error) => {
      logger.warn({ err: error }, "an idle connection to Postgres broke");
    },
  });
  const store = new FolderStore(options.ARTIFACTS_DIR);
  const feed = createChangeFeed(options.DATABASE_URL, logger);
  const verifier = createVerifier({ issuer: options.ISSUER, audience: options.API_AUDIENCE });
  const app = createHttpService({
    name: "registry",
    logger,
    checks: {
      postgres: () => checkPostgres(pool),
      changes: () => feed.check(),
      keys: () => verifier.ready(),
    },
  });

  await app.register(accessTokenPlugin, { verifier });
  await app.register(blobRoutes, { store });
  addArtifactRoutes(app, store, new VersionIndex(pool));
  addVersionRoutes(app, pool, store);
  addChannelRoutes(app, { pool, feed, publicUrl: options.PUBLIC_URL });
  addRolloutRoutes(app, pool);
  addRemoteRoutes(app, pool, store);

  // Waiters first: a server does not close while a request is open.
  app.addHook("preClose", async () => {
    feed.close();
  });
  app.addHook("onClose", async () => {
    await pool.end();
  });
  return app;
}
