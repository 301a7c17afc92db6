import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import { text } from "node:stream/consumers";
import { type ApiRoute, apiAudience, apiRoutes } from "@mullion/contracts";
import { createHttpService } from "@mullion/http-service";
import { testRedisUrl } from "@mullion/testing";
import {
  connectRedis,
  createKeyRing,
  createRefreshLeases,
  createSessionId,
  createTokenStore,
  followRevocations,
  hashSessionId,
  type RedisClient,
  type RefreshLeases,
  type TokenStore,
} from "@mullion/token-store";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { Pool } from "undici";
import { createOpenStreams, type OpenStreams } from "./open-streams.ts";
import { bffPlugin } from "./plugin.ts";
import { createRefresher } from "./refresher.ts";
import { createSessionTokens } from "./session-tokens.ts";
import { type GatewayRequest, type IdentityState, serve, startTestIdentity } from "./test-neighbours.ts";

/** One front: the BFF on its own connections. */
interface TestFront {
  readonly url: string;
  readonly app: FastifyInstance;
  readonly store: TokenStore;
  readonly leases: RefreshLeases;
  readonly streams: OpenStreams;
  close(): Promise<void>;
}

/** What differs from the default. */
export interface TestPlatformOptions {
  readonly fronts?: number;
  readonly routes?: readonly ApiRoute[];
  readonly idleTimeoutMs?: number;
  readonly recheckEveryMs?: number;
  /** Hears of refresh tokens that no session holds. */
  readonly discard?: (refreshToken: string) => Promise<void>;
}

/** The BFF between its neighbours, and what a test may see and set of them. */
export interface TestPlatform {
  readonly fronts: readonly [TestFront, ...TestFront[]];
  readonly state: IdentityState;
  readonly received: GatewayRequest[];
  readonly store: TokenStore;
  /** The gateway's HTTP server, for upgrades. */
  readonly gateway: Server;
  /** Answers requests whose body has been read. */
  setGatewayAnswer(listener: RequestListener): void;
  /** Stores a session whose access token for the API lives from and to this many milliseconds from now; returns its id. */
  signIn(lifetime?: { issuedInMs: number; expiresInMs: number }): Promise<string>;
  /** Makes a session's record run out now, as if nobody had used it for too long. */
  expire(sessionId: string): Promise<void>;
  /** Seals a session with a key that nobody has. */
  spoil(sessionId: string): Promise<void>;
  /** Calls the fronts in turn. */
  call(sessionId: string | null, path?: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

async function startFront(
  options: TestPlatformOptions,
  identityUrl: string,
  gatewayUrl: string,
): Promise<TestFront> {
  const { routes = apiRoutes, idleTimeoutMs = 60_000, recheckEveryMs = 5_000, discard } = options;
  const redis = connectRedis(testRedisUrl(), () => undefined);
  await once(redis, "ready");
  const keys = createKeyRing(`k:${Buffer.alloc(32, 9).toString("base64")}`);
  const store = createTokenStore(redis, keys, { idleTimeoutMs });
  const client = { issuer: identityUrl, clientId: "shell", clientSecret: "secret" };
  const leases = createRefreshLeases(redis);
  const tokens = createSessionTokens({
    store,
    leases,
    refresh: createRefresher(client),
    ...(discard === undefined ? {} : { discard }),
    idleTimeoutMs,
    onBackgroundError: () => undefined,
  });
  const streams = createOpenStreams({ store, recheckEveryMs, onError: () => undefined });
  const following = followRevocations(testRedisUrl(), {
    onRevoked: (handle) => {
      streams.closeSession(handle);
    },
    onGap: () => undefined,
    onError: () => undefined,
  });
  const pool = new Pool(gatewayUrl, { connections: 128 });
  const app = createHttpService({ name: "bff-test", logger: pino({ level: "silent" }), webSockets: true });
  await app.register(bffPlugin, {
    routes,
    gateway: pool,
    gatewayUrl,
    tokens,
    streams,
    origin: "http://shell.test",
    sessionIdOf: (headers) => /sid=([\w-]+)/.exec(headers.cookie ?? "")?.[1] ?? null,
    declaredScopes: (remote) => (remote === "reader" ? new Set(["profile:read"]) : null),
    sessionRoutes: {
      "session.extend": async () => ({ status: 200, body: { session: null } }),
      "session.devices": async () => ({ status: 200, body: { devices: [] } }),
      "session.devices.revoke": async ({ params }) => ({ status: 200, body: params }),
      "session.devices.revoke-others": async () => ({ status: 204, body: undefined }),
    },
  });
  return {
    url: await app.listen({ host: "127.0.0.1", port: 0 }),
    app,
    store,
    leases,
    streams,
    async close() {
      streams.close();
      await app.close();
      await tokens.settled();
      await pool.destroy();
      following.close();
      redis.disconnect();
    },
  };
}

async function withRedis(work: (redis: RedisClient) => Promise<unknown>): Promise<void> {
  const redis = connectRedis(testRedisUrl(), () => undefined);
  await once(redis, "ready");
  await work(redis);
  redis.disconnect();
}

/** Fronts over real HTTP, between a session store in Redis, a token endpoint and a gateway. For this package's tests. */
export async function startTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const received: GatewayRequest[] = [];
  let answer: RequestListener = (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
  };
  const identity = await startTestIdentity();
  const gateway = await serve((request, response) => {
    // A body that breaks off is the test's doing.
    text(request).then(
      (body) => {
        received.push({
          method: request.method ?? "",
          url: request.url ?? "",
          headers: request.headers,
          body,
        });
        answer(request, response);
      },
      () => undefined,
    );
  });
  const first = await startFront(options, identity.url, gateway.url);
  const fronts: [TestFront, ...TestFront[]] = [first];
  for (let count = 1; count < (options.fronts ?? 1); count += 1) {
    fronts.push(await startFront(options, identity.url, gateway.url));
  }
  let turn = 0;

  return {
    fronts,
    state: identity.state,
    received,
    store: first.store,
    gateway: gateway.server,
    setGatewayAnswer(listener) {
      answer = listener;
    },
    async signIn({ issuedInMs, expiresInMs } = { issuedInMs: 0, expiresInMs: 600_000 }) {
      const sessionId = createSessionId();
      const now = Date.now();
      await first.store.create(sessionId, {
        view: {
          user: { id: "u", name: "Ada", email: "ada@mullion.test" },
          roles: ["member"],
          expiresAt: new Date(now + 120_000).toISOString(),
        },
        device: { userAgent: "test", ipAddress: "127.0.0.1", createdAt: now },
        tokens: {
          access: {
            [apiAudience]: {
              token: "access-0",
              scope: "",
              issuedAt: now + issuedInMs,
              expiresAt: now + expiresInMs,
            },
          },
          refreshToken: `refresh-${sessionId}`,
          identitySid: null,
        },
      });
      return sessionId;
    },
    async expire(sessionId) {
      await withRedis((redis) => redis.pexpire(`mullion:{${hashSessionId(sessionId)}}:session`, 1));
    },
    async spoil(sessionId) {
      await withRedis((redis) =>
        redis.hset(`mullion:{${hashSessionId(sessionId)}}:session`, "tokens", "nobody.x"),
      );
    },
    async call(sessionId, path = "/profile/me", init = {}) {
      const headers = new Headers({ "x-mullion-csrf": "1" });
      if (sessionId !== null) headers.set("cookie", `sid=${sessionId}`);
      for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
      turn += 1;
      const front = fronts[turn % fronts.length] ?? first;
      return fetch(`${front.url}/api/bff${path}`, { redirect: "manual", ...init, headers });
    },
    async close() {
      await Promise.all(fronts.map((front) => front.close()));
      identity.server.close();
      gateway.server.close();
    },
  };
}
