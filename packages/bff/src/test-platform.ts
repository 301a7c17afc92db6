import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { apiRoutes } from "@mullion/contracts";
import { createHttpService } from "@mullion/http-service";
import { testRedisUrl } from "@mullion/testing";
import {
  connectRedis,
  createKeyRing,
  createSessionId,
  createTokenStore,
  type TokenSet,
  type TokenStore,
} from "@mullion/token-store";
import { pino } from "pino";
import { Pool } from "undici";
import { bffPlugin } from "./plugin.ts";
import { createRefresher } from "./refresher.ts";
import { createSessionTokens } from "./session-tokens.ts";

async function serve(handler: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** What identity does with the next refresh. */
export type RefreshBehaviour = "rotate" | "refuse" | "fail";

/** A request as the gateway received it. */
export interface GatewayRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The BFF between its neighbours, and what a test may see and set of them. */
export interface TestPlatform {
  readonly url: string;
  readonly state: { behaviour: RefreshBehaviour; refreshes: number; expiresInSeconds: number };
  readonly received: GatewayRequest[];
  readonly store: TokenStore;
  setGatewayAnswer(listener: RequestListener): void;
  /** Stores a session, with these tokens where they differ from good ones; returns its id. */
  signIn(tokenSet?: Partial<TokenSet>): Promise<string>;
  call(sessionId: string | null, path?: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** BFF over real HTTP, between a session store in Redis, a token endpoint and a gateway. For the tests of this package. */
export async function startTestPlatform(): Promise<TestPlatform> {
  const state: TestPlatform["state"] = { behaviour: "rotate", refreshes: 0, expiresInSeconds: 600 };
  const received: GatewayRequest[] = [];
  let answer: RequestListener = (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
  };

  const identity = await serve((request, response) => {
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (request.url === "/.well-known/openid-configuration") {
      json(200, { issuer: identity.url, token_endpoint: `${identity.url}/token` });
      return;
    }
    state.refreshes += 1;
    if (state.behaviour === "fail") json(503, { error: "temporarily_unavailable" });
    else if (state.behaviour === "refuse") json(400, { error: "invalid_grant" });
    else {
      const n = state.refreshes;
      json(200, {
        access_token: `access-${n}`,
        refresh_token: `refresh-${n}`,
        token_type: "Bearer",
        expires_in: state.expiresInSeconds,
      });
    }
  });
  const gateway = await serve((request, response) => {
    void text(request).then((body) => {
      received.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
      answer(request, response);
    });
  });

  const redis = connectRedis(testRedisUrl(), () => undefined);
  await once(redis, "ready");
  const store = createTokenStore(redis, createKeyRing(`k:${Buffer.alloc(32, 9).toString("base64")}`));
  const client = { issuer: identity.url, clientId: "shell", clientSecret: "secret" };
  const tokens = createSessionTokens({ store, refresh: createRefresher(client) });
  const pool = new Pool(gateway.url, { connections: 8 });
  const app = createHttpService({ name: "bff-test", logger: pino({ level: "silent" }) });
  await app.register(bffPlugin, {
    routes: apiRoutes,
    gateway: pool,
    tokens,
    origin: "http://shell.test",
    sessionIdOf: (request) => /sid=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? null,
  });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });

  return {
    url,
    state,
    received,
    store,
    setGatewayAnswer(listener: RequestListener): void {
      answer = listener;
    },
    async signIn(tokenSet: Partial<TokenSet> = {}): Promise<string> {
      const sessionId = createSessionId();
      await store.create(sessionId, {
        view: {
          user: { id: "u", name: "Ada", email: "ada@mullion.test" },
          roles: ["member"],
          expiresAt: new Date(Date.now() + 60_000).toISOString(),
        },
        tokens: {
          accessToken: "access-0",
          refreshToken: "refresh-0",
          idToken: null,
          identitySid: null,
          scope: "",
          accessTokenIssuedAt: Date.now(),
          accessTokenExpiresAt: Date.now() + 600_000,
          ...tokenSet,
        },
      });
      return sessionId;
    },
    async call(sessionId: string | null, path = "/profile/me", init: RequestInit = {}): Promise<Response> {
      const headers = new Headers({ "x-mullion-csrf": "1" });
      if (sessionId !== null) headers.set("cookie", `sid=${sessionId}`);
      for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
      return fetch(`${url}/api/bff${path}`, { redirect: "manual", ...init, headers });
    },
    async close(): Promise<void> {
      await app.close();
      await pool.destroy();
      redis.disconnect();
      identity.server.close();
      gateway.server.close();
    },
  };
}
