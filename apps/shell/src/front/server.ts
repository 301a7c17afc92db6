import { fileURLToPath } from "node:url";
import cookie from "@fastify/cookie";
import fastifyStatic from "@fastify/static";
import { createClientCredentials } from "@mullion/access-token";
import { type ApiAccess, bffPlugin, readApi } from "@mullion/bff";
import { createHttpService, createLogger, timeToReceive } from "@mullion/http-service";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import { Pool } from "undici";
import { createSignInMode } from "./auth/sign-in-mode.ts";
import { type ArtifactCache, createArtifactCache } from "./composition/artifact-cache.ts";
import { type Composition, emptyComposition, followComposition } from "./composition/composition.ts";
import { registryOf, type ShellEnv } from "./env.ts";
import { loadRoutes } from "./load-routes.ts";
import { assertPagePath } from "./page/page-path.ts";
import { pagePlugin } from "./page/plugin.ts";
import { createTickets } from "./page/tickets.ts";
import { startRender } from "./render/render-process.ts";
import { createSessions } from "./session/create-sessions.ts";
import { sessionIdOf } from "./session/session-cookie.ts";

const shellDir = fileURLToPath(new URL("../..", import.meta.url));
const yearMs = 31_536_000_000;

async function serveFiles(app: FastifyInstance): Promise<void> {
  app.addHook("onRequest", (request, _reply, next) => {
    assertPagePath(request.raw.url ?? "/");
    next();
  });
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
}

function createComposition(env: ShellEnv, artifacts: ArtifactCache, log: FastifyBaseLogger): Composition {
  const registry = registryOf(env);
  if (registry === null) return emptyComposition();
  const token = createClientCredentials({
    issuer: registry.ISSUER,
    clientId: registry.CLIENT_ID,
    clientSecret: registry.CLIENT_SECRET,
    scope: "registry:read",
    resource: registry.API_AUDIENCE,
  });
  const client = {
    registryUrl: registry.REGISTRY_URL,
    channel: env.CHANNEL,
    getToken: () => token.getToken(),
  };
  return followComposition(client, artifacts, log);
}

/** Composes the front: sessions, NextAuth, BFF, pages. Render is started as a process of its own. */
export async function createShell(env: ShellEnv): Promise<FastifyInstance> {
  const log = createLogger({ name: "shell", level: env.LOG_LEVEL });
  const routes = await loadRoutes(env.ROUTES_MODULE);
  const signIn = createSignInMode(env, routes);
  const sessions = createSessions(env, signIn.issuer, log);
  const gateway = new Pool(env.GATEWAY_URL, { connections: 128, pipelining: 1 });
  const artifacts = createArtifactCache();
  const tickets = createTickets();
  const composition = createComposition(env, artifacts, log);
  const api: ApiAccess = {
    routes,
    gateway,
    tokens: sessions.tokens,
    sessionRoutes: sessions.routes,
    declaredScopes: (remote) => composition.scopesOf(remote),
  };
  const render = await startRender(
    {
      page: (ticket) => tickets.redeem(ticket).page,
      read: async (ticket, path) => {
        const { page, sessionId, requestId } = tickets.redeem(ticket);
        if (sessionId === null) return { status: 401, data: null };
        const remote = page.kind === "remote" ? page.remote.name : undefined;
        return readApi(api, { sessionId, remote, path, requestId, signal: AbortSignal.timeout(5_000) });
      },
      bytes: async (url) => artifacts.read(url),
    },
    log,
  );

  const app = createHttpService({
    name: "shell",
    logger: log,
    trustProxy: env.TRUSTED_PROXIES,
    webSockets: true,
    requestTimeoutMs: timeToReceive(Math.max(0, ...routes.map(({ bodyLimitBytes }) => bodyLimitBytes))),
    checks: {
      redis: () => sessions.check(),
      render: () => render.check(),
      registry: () => composition.known(0),
    },
  });
  await app.register(serveFiles);
  const { reader, streams } = sessions;
  await app.register(async (auth) => {
    // Only NextAuth looks at cookies in this way: parsed for every call of the BFF they would cost it for nothing.
    await auth.register(cookie);
    await signIn.mount(auth, sessions, log);
  });
  await app.register(bffPlugin, {
    ...api,
    origin: env.SHELL_ORIGIN,
    gatewayUrl: env.GATEWAY_URL,
    sessionIdOf,
    streams,
  });
  app.get("/api/session", async (request) => ({ session: (await reader.read(request)).view }));
  await app.register(pagePlugin, {
    ...{ origin: env.SHELL_ORIGIN, composition, render, tickets },
    sessions: reader,
  });
  app.addHook("preClose", async () => {
    // Open streams would keep the server from closing; their clients connect again, to another front.
    streams.close();
  });
  app.addHook("onClose", async () => {
    composition.close();
    await render.close();
    await gateway.destroy();
    await sessions.close();
  });
  return app;
}
