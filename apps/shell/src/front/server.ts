import type { IncomingHttpHeaders } from "node:http";
import { fileURLToPath } from "node:url";
import cookie from "@fastify/cookie";
import fastifyStatic from "@fastify/static";
import { type ApiAccess, bffPlugin } from "@mullion/bff";
import { createHttpService, createLogger, timeToReceive } from "@mullion/http-service";
import type { FastifyInstance } from "fastify";
import { Pool } from "undici";
import { createSignInMode } from "./auth/sign-in-mode.ts";
import { type Composing, startComposing } from "./composition/start-composing.ts";
import { versionOf } from "./composition/visit.ts";
import { artifactBasesOf, type ShellEnv } from "./env.ts";
import { loadRoutes } from "./load-routes.ts";
import { overrideTokensOf } from "./override/override-cookie.ts";
import { overridePlugin } from "./override/plugin.ts";
import { assertPagePath } from "./page/page-path.ts";
import { pagePlugin } from "./page/plugin.ts";
import { readForPage } from "./page/read-for-page.ts";
import { createTickets, type Tickets } from "./page/tickets.ts";
import type { BridgeOperations } from "./render/bridge-server.ts";
import { startRender } from "./render/render-process.ts";
import { createSessions } from "./session/create-sessions.ts";
import { sessionIdOf } from "./session/session-cookie.ts";
import { telemetryPlugin } from "./telemetry/plugin.ts";
import { createReportLimits } from "./telemetry/report-limits.ts";

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
    // Beside each file lie its compressed forms, made by the build.
    preCompressed: true,
    setHeaders: (response) => {
      response.setHeader("vary", "accept-encoding");
    },
  });
  await app.register(fastifyStatic, {
    root: `${shellDir}public`,
    prefix: "/",
    wildcard: false,
    decorateReply: false,
  });
}

/** Scopes that a remote's versions declare, a build under an override of the caller's included. */
function declaredScopes(
  { composition, overrides }: Composing,
  remote: string,
  headers: IncomingHttpHeaders,
): ReturnType<ApiAccess["declaredScopes"]> {
  const scopes = composition.scopesOf(remote);
  // Hardly anybody has one; everybody else's calls wait for nothing.
  if (overrideTokensOf(headers).length === 0) return scopes;
  return overrides.scopesOf(remote, headers).then((added) => new Set([...(scopes ?? []), ...added]));
}

/** What render may ask of front. */
function bridgeOperations(
  api: ApiAccess,
  tickets: Tickets,
  { artifacts, telemetry }: Composing,
): BridgeOperations {
  return {
    page: (ticket) => tickets.redeem(ticket).page,
    read: async (ticket, path) => readForPage(api, tickets.redeem(ticket), path),
    bytes: async (url) => artifacts.read(url),
    failed: (ticket, code) => {
      const { shown, page } = tickets.redeem(ticket);
      if (shown === null || shown.reason === "override") return;
      const { composition } = page.visit;
      telemetry.failedOnServer({
        ...{ remote: shown.manifest.name, version: versionOf(shown) },
        ...{ composition, code },
      });
    },
  };
}

/** Composes the front: sessions, NextAuth, BFF, pages. Render is started as a process of its own. */
export async function createShell(env: ShellEnv): Promise<FastifyInstance> {
  const log = createLogger({ name: "shell", level: env.LOG_LEVEL });
  const routes = await loadRoutes(env.ROUTES_MODULE);
  const signIn = createSignInMode(env, routes);
  const sessions = createSessions(env, signIn.issuer, log);
  const gateway = new Pool(env.GATEWAY_URL, { connections: 256, pipelining: 1 });
  const tickets = createTickets();
  const composing = startComposing(env, log);
  const { composition, overrides, telemetry } = composing;
  const api: ApiAccess = {
    routes,
    gateway,
    tokens: sessions.tokens,
    sessionRoutes: sessions.routes,
    declaredScopes: (remote, headers) => declaredScopes(composing, remote, headers),
  };
  const render = await startRender(bridgeOperations(api, tickets, composing), log, {
    onFault: (fault) => {
      telemetry.failedOnServer({ ...fault, composition: "none" });
    },
  });

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
  const origin = env.SHELL_ORIGIN;
  const shared = { origin, sessions: reader, overrides, composition };
  await app.register(overridePlugin, shared);
  await app.register(telemetryPlugin, { ...shared, telemetry, limits: createReportLimits() });
  await app.register(pagePlugin, {
    ...{ ...shared, render, tickets },
    ...{ channel: env.CHANNEL, artifactBases: artifactBasesOf(env), mirrors: env.ARTIFACT_MIRRORS },
  });
  app.addHook("preClose", async () => {
    // Open streams would keep the server from closing; their clients connect again, to another front.
    streams.close();
  });
  app.addHook("onClose", async () => {
    await composing.close();
    await render.close();
    await gateway.destroy();
    await sessions.close();
  });
  return app;
}
