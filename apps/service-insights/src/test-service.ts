import { createVerifier } from "@mullion/access-token";
import { apiAudience } from "@mullion/contracts";
import { createLogger } from "@mullion/http-service";
import { createPool, type Pool, runMigrations } from "@mullion/postgres";
import { createTestDatabase, createTestIssuer, type TestClaims, type TestIssuer } from "@mullion/testing";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import type { HealthTargets } from "./health-targets.ts";
import { createServer, type StreamSettings } from "./server.ts";

/** The service on a database and an issuer of its own. */
export interface TestService {
  app: FastifyInstance;
  pool: Pool;
  issuer: TestIssuer;
  /** A request with a token of these claims, or with none. */
  call(
    method: "GET" | "POST",
    url: string,
    claims: TestClaims | null,
    payload?: object,
  ): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

/** Starts the service for tests. */
export async function createTestService(
  healthTargets: HealthTargets = {},
  streams: Partial<StreamSettings> = {},
): Promise<TestService> {
  const issuer = await createTestIssuer();
  const { connectionString, drop } = await createTestDatabase();
  await runMigrations({ connectionString, dir: `${import.meta.dirname}/../migrations` });
  const pool = createPool({ connectionString });
  const verifier = createVerifier({ issuer: issuer.url, audience: apiAudience });
  const logger = createLogger({ name: "test", level: "silent" });
  const app = await createServer({ pool, verifier, healthTargets, logger, streams });
  return {
    app,
    pool,
    issuer,
    async call(method, url, claims, payload) {
      const headers = claims === null ? {} : { authorization: `Bearer ${await issuer.sign(claims)}` };
      return app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    },
    async close() {
      await app.close();
      await pool.end();
      await drop();
      await issuer.close();
    },
  };
}
