import { createVerifier } from "@mullion/access-token";
import { apiAudience } from "@mullion/contracts";
import { createLogger } from "@mullion/http-service";
import { createPool, runMigrations } from "@mullion/postgres";
import { createTestDatabase, createTestIssuer, createTestLink } from "@mullion/testing";
import type { FastifyInstance } from "fastify";
import { expect, it, onTestFinished } from "vitest";
import { createServer } from "./server.ts";

const ada = { sub: "ada", email: "ada@mullion.test", scope: "profile:read" };

async function setUp(): Promise<{
  app: FastifyInstance;
  database: Awaited<ReturnType<typeof createTestLink>>;
  issuer: Awaited<ReturnType<typeof createTestIssuer>>;
}> {
  const issuer = await createTestIssuer();
  const real = await createTestDatabase();
  await runMigrations({
    connectionString: real.connectionString,
    dir: `${import.meta.dirname}/../migrations`,
  });
  const database = await createTestLink(real.connectionString);
  const pool = createPool({ connectionString: database.url });
  const verifier = createVerifier({ issuer: issuer.url, audience: apiAudience });
  const app = await createServer({ pool, verifier, logger: createLogger({ name: "test", level: "silent" }) });
  onTestFinished(async () => {
    await app.close();
    await pool.end();
    await database.close();
    await real.drop();
    await issuer.close();
  });
  return { app, database, issuer };
}

it("answers 503 with Retry-After while Postgres is gone and recovers without a restart", async () => {
  const { app, database, issuer } = await setUp();
  const headers = { authorization: `Bearer ${await issuer.sign(ada)}` };
  const read = () => app.inject({ method: "GET", url: "/profile/me", headers });
  const ready = () => app.inject({ method: "GET", url: "/readyz" });
  expect((await read()).statusCode).toBe(200);

  await database.cut();
  const response = await read();
  expect(response.statusCode).toBe(503);
  expect(response.headers["retry-after"]).toMatch(/^\d+$/);
  expect(response.json()).toMatchObject({ code: "dependency_unavailable" });
  const notReady = await ready();
  expect(notReady.statusCode).toBe(503);
  expect(notReady.json()).toMatchObject({ checks: { postgres: "down", keys: "up" } });
  expect((await app.inject({ method: "GET", url: "/healthz" })).statusCode).toBe(200);

  await database.restore();
  await expect.poll(async () => (await read()).statusCode).toBe(200);
  expect((await ready()).statusCode).toBe(200);
});

it("keeps accepting valid tokens while identity is down, and answers 503 when it never had the keys", async () => {
  const { app, issuer } = await setUp();
  const headers = { authorization: `Bearer ${await issuer.sign(ada)}` };
  const read = () => app.inject({ method: "GET", url: "/profile/me", headers });

  issuer.setDown(true);
  const unknown = await read();
  expect(unknown.statusCode).toBe(503);
  expect(unknown.headers["retry-after"]).toMatch(/^\d+$/);

  issuer.setDown(false);
  await expect.poll(async () => (await read()).statusCode, { timeout: 5_000 }).toBe(200);
  issuer.setDown(true);
  expect((await read()).statusCode).toBe(200);
});
