import { accessTokenPlugin, type Verifier } from "@mullion/access-token";
import { pinsSchema } from "@mullion/contracts";
import { createHttpService, parseBody } from "@mullion/http-service";
import { checkPostgres, type Pool } from "@mullion/postgres";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { personOf } from "./person.ts";
import { readProfile, savePins, savePreferences } from "./profiles.ts";
import { savedPreferencesSchema } from "./time-zone.ts";

/** What the service is made of. */
export interface ServerParts {
  pool: Pool;
  verifier: Verifier;
  logger: Logger;
}

/** The service, ready to listen. It validates every access token itself, whoever forwards it. */
export async function createServer({ pool, verifier, logger }: ServerParts): Promise<FastifyInstance> {
  const app = createHttpService({
    name: "service-profile",
    logger,
    bodyLimitBytes: 16_384,
    checks: { postgres: () => checkPostgres(pool), keys: () => verifier.ready() },
  });
  await app.register(accessTokenPlugin, { verifier });

  app.get("/profile/me", { onRequest: app.requireScope("profile:read") }, ({ accessToken }) =>
    readProfile(pool, personOf(accessToken)),
  );
  app.put("/profile/me/preferences", { onRequest: app.requireScope("profile:write") }, (request) =>
    savePreferences(pool, personOf(request.accessToken), parseBody(savedPreferencesSchema, request.body)),
  );
  app.put("/profile/me/pins", { onRequest: app.requireScope("profile:write") }, (request) =>
    savePins(pool, personOf(request.accessToken), parseBody(pinsSchema, request.body).pins),
  );
  return app;
}
