import { fileURLToPath } from "node:url";
import cookie from "@fastify/cookie";
import fastifyStatic from "@fastify/static";
import { createClientCredentials } from "@mullion/access-token";
import { bffPlugin, createRefresher, createSessionTokens, readApi } from "@mullion/bff";
import { apiRoutes } from "@mullion/contracts";
import { createHttpService, createLogger } from "@mullion/http-service";
import { connectRedis, createKeyRing, createTokenStore } from "@mullion/token-store";
import type { FastifyInstance } from "fastify";
import { Pool } from "undici";
import { authPlugin, sessionIdOf } from "./auth/plugin.ts";
import { createArtifactCache } from "./composition/artifact-cache.ts";
import { followComposition } from "./composition/composition.ts";
import type { ShellEnv } from "./env.ts";
import { pagePlugin } from "./page/plugin.ts";
import { createTickets } from "./page/tickets.ts";
import { startRender } from "./render/render-process.ts";
import { createSessionReader } from "./session-reader.ts";

const shellDir = fileURLToPath(new URL("../..", import.meta.url));
const yearMs = 31_536_000_000;

/** Composes the front: sessions, NextAuth, BFF, pages. Render is started as a process of its own. */
export async function createShell(env: ShellEnv): Promise<FastifyInstance> {
  const log = createLogger({ name: "shell", level: env.LOG_LEVEL });
  const redis = connectRedis(env.REDIS_URL, (error) => {
    log.warn({ err: error }, "redis");
  });
  const client = { issuer: env.ISSUER, clientId: env.CLIENT_ID, clientSecret: env.CLIENT_SECRET };
  const store = createTokenStore(redis, createKeyRing(env.SESSION_KEYS));
  const tokens = createSessionTokens({ store, refresh: createRefresher(client) });
  const gateway = new Pool(env.GATEWAY_URL, { connections: 64, pipelining: 1 });
  const artifacts = createArtifactCache();
  const tickets = createTickets();
  const registryToken = createClientCredentials({
    ...client,
    scope: "registry:read",
    resource: env.API_AUDIENCE,
  });
  const composition = followComposition(
    { registryUrl: env.REGISTRY_URL, channel: env.CHANNEL, getToken: () => registryToken.getToken() },
    artifacts,
    log,
  );
  const api = { routes: apiRoutes, gateway, tokens };
  const render = await startRender(
    {
      page: (ticket) => tickets.redeem(ticket).page,
      read: async (ticket, path) => {
        const { sessionId, requestId } = tickets.redeem(ticket);
        if (sessionId === null) return { status: 401, data: null };
        return readApi(api, { sessionId, path, requestId, signal: AbortSignal.timeout(5_000) });
      },
      bytes: async (url) => artifacts.read(url),
    },
    log,
  );

  const app = createHttpService({
    name: "shell",
    logger: log,
    checks: {
      redis: async () => {
        await redis.ping();
      },
      render: () => render.check(),
      registry: () => composition.known(0),
    },
  });
  await app.register(cookie);
  await app.register(fastifyStatic, {
    root: `${shellDir}.next/static`,
    prefix: "/_next/static/",
    maxAge: yearMs,
    immutable: true,
    index: false,
    decorateReply: false,
  });
  await app.register(fastifyStatic, {
    root: `${shellDir}public`,
    prefix: "/",
    wildcard: false,
    decorateReply: false,
  });
  await app.register(authPlugin, { env, store, log });
  await app.register(bffPlugin, { ...api, origin: env.SHELL_ORIGIN, sessionIdOf });
  const sessions = createSessionReader(store);
  app.get("/api/session", async (request) => ({ session: (await sessions.read(request)).view }));
  await app.register(pagePlugin, { sessions, composition, render, tickets });
  app.addHook("onClose", async () => {
    composition.close();
    await render.close();
    await gateway.destroy();
    redis.disconnect();
  });
  return app;
}
