import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { createIntrospection, createVerifier } from "@mullion/access-token";
import {
  apiAudience,
  apiRoutes,
  identityAudience,
  type PlatformEvent,
  type ServiceRoute,
  serviceRoutes,
} from "@mullion/contracts";
import { createLogger } from "@mullion/http-service";
import { createTestIssuer, type TestClaims, type TestIssuer, testRedisUrl } from "@mullion/testing";
import { connectRedis } from "@mullion/token-store";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createRateLimit } from "./rate-limit.ts";
import { createServer } from "./server.ts";

/** A service behind the gateway that does what a test says and remembers what it received. */
export interface TestUpstream {
  url: string;
  received: IncomingMessage[];
  handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** What it does with a WebSocket handshake: accepts it and sends every byte back, until replaced. */
  upgrade: (request: IncomingMessage, socket: Duplex) => void;
  close(): Promise<void>;
}

/** Answers a handshake. What follows is up to the test: the gateway passes bytes and knows nothing of frames. */
export function acceptWebSocket(socket: Duplex, ...fields: string[]): void {
  const head = ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket", ...fields];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
}

/** Starts an upstream that answers `{}` until `handle` is replaced. */
export async function createTestUpstream(port = 0): Promise<TestUpstream> {
  const received: IncomingMessage[] = [];
  const sockets = new Set<Duplex>();
  const server = createHttpServer((request, response) => {
    received.push(request);
    upstream.handle(request, response);
  }).on("upgrade", (request, socket) => {
    received.push(request);
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    upstream.upgrade(request, socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
  const upstream: TestUpstream = {
    url: `http://127.0.0.1:${String(address.port)}`,
    received,
    handle: (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    },
    upgrade: (_request, socket) => {
      acceptWebSocket(socket);
      socket.pipe(socket);
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server, "close");
    },
  };
  return upstream;
}

/** A gateway that listens, on an issuer, an upstream and a range of Redis keys of its own. */
export interface TestGateway {
  url: string;
  port: number;
  issuer: TestIssuer;
  upstream: TestUpstream;
  metrics: Metrics;
  events: PlatformEvent[];
  /** `Authorization` of a token with these claims. */
  bearer(claims?: TestClaims): Promise<string>;
  /** A second gateway that shares everything with this one. */
  twin(): Promise<TestGateway>;
  /** Ends the gateway the way a signal does; resolves when it has let go of every connection. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** What a test can change. */
export interface TestGatewayOptions {
  routes?: readonly ServiceRoute[];
  perSubject?: number;
  perAddress?: number;
  redisUrl?: string;
  streamLimitMs?: number;
  corsOrigins?: readonly string[];
  /** Origin of the services; that of `upstream` when not given. */
  upstreamUrl?: string;
}

interface Shared {
  issuer: TestIssuer;
  upstream: TestUpstream;
  keyPrefix: string;
}

async function start(options: TestGatewayOptions, shared: Shared): Promise<TestGateway> {
  const { issuer, upstream, keyPrefix } = shared;
  const logger = createLogger({ name: "test", level: "silent" });
  const redis = connectRedis(options.redisUrl ?? testRedisUrl(), () => undefined);
  const metrics = createMetrics();
  const events: PlatformEvent[] = [];
  const upstreamUrl = options.upstreamUrl ?? upstream.url;
  const app = await createServer({
    routes: options.routes ?? serviceRoutes(apiRoutes),
    upstreams: { profile: upstreamUrl, insights: upstreamUrl, identity: upstreamUrl, registry: upstreamUrl },
    verifier: createVerifier({ issuer: issuer.url, audience: [apiAudience, identityAudience] }),
    introspection: createIntrospection({
      issuer: issuer.url,
      clientId: "mullion-gateway",
      clientSecret: "gateway-secret",
      timeoutMs: 500,
    }),
    rateLimit: createRateLimit({
      redis,
      keyPrefix,
      perSubject: options.perSubject ?? 1_000_000,
      perAddress: options.perAddress ?? 1_000_000,
      windowSeconds: 60,
      logger,
      metrics,
    }),
    metrics,
    events: { emit: (event) => events.push(event), close: () => Promise.resolve() },
    logger,
    countEveryMs: 20,
    ...(options.streamLimitMs === undefined ? {} : { streamLimitMs: options.streamLimitMs }),
    ...(options.corsOrigins === undefined ? {} : { corsOrigins: options.corsOrigins }),
  });
  if (options.redisUrl === undefined) await once(redis, "ready");
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    url,
    port: Number(new URL(url).port),
    issuer,
    upstream,
    metrics,
    events,
    bearer: async (claims) => {
      const scope = serviceRoutes(apiRoutes)
        .map((route) => route.scope)
        .join(" ");
      return `Bearer ${await issuer.sign({ scope, ...claims })}`;
    },
    twin: () => start(options, shared),
    stop: () => app.close(),
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
      redis.disconnect();
    },
  };
}

/** Starts a gateway for tests. Its issuer and upstream are closed with it. */
export async function createTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const shared: Shared = {
    issuer: await createTestIssuer(),
    upstream: await createTestUpstream(),
    keyPrefix: `test-${randomUUID()}`,
  };
  const gateway = await start(options, shared);
  return {
    ...gateway,
    close: async () => {
      await gateway.close();
      await shared.upstream.close();
      await shared.issuer.close();
    },
  };
}
