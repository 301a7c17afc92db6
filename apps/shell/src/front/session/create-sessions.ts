import {
  createOpenStreams,
  createSessionTokens,
  type OpenStreams,
  type Refresher,
  type SessionRoutes,
  type SessionTokens,
} from "@mullion/bff";
import {
  connectRedis,
  createKeyRing,
  createRefreshLeases,
  createSeenOnce,
  createSignOutQueue,
  createTokenStore,
  followRevocations,
  type RedisClient,
  type SeenOnce,
  type TokenStore,
} from "@mullion/token-store";
import type { FastifyBaseLogger } from "fastify";
import type { ShellEnv } from "../env.ts";
import { createSessionEnder, type EndAtIdentity, type SessionEnder } from "./end-session.ts";
import { createSessionReader, type SessionReader } from "./session-reader.ts";
import { createSessionRoutes } from "./session-routes.ts";

/** Everything that has to do with sessions, on this front's connections to Redis. */
export interface Sessions {
  readonly store: TokenStore;
  readonly tokens: SessionTokens;
  readonly streams: OpenStreams;
  readonly ender: SessionEnder;
  readonly reader: SessionReader;
  readonly routes: SessionRoutes;
  readonly seenLogoutTokens: SeenOnce;
  /** The connection itself, for what counts in it. */
  readonly redis: RedisClient;
  /** Rejects while the store does not answer. */
  check(): Promise<void>;
  /** Waits for refreshes under way: identity has rotated, and nobody else knows the new tokens. */
  close(): Promise<void>;
}

/** Who refreshes and ends what a session stands for. */
export interface TokenIssuer {
  readonly refresh: Refresher;
  readonly end: EndAtIdentity;
}

/** Connects the front to the session store. */
export function createSessions(env: ShellEnv, issuer: TokenIssuer, log: FastifyBaseLogger): Sessions {
  const redis = connectRedis(env.REDIS_URL, (error) => {
    log.warn({ err: error }, "redis");
  });
  const onError = (error: unknown): void => {
    log.warn({ err: error }, "in the background");
  };
  const idleTimeoutMs = env.SESSION_IDLE_SECONDS * 1_000;
  const keys = createKeyRing(env.SESSION_KEYS);
  const store = createTokenStore(redis, keys, { idleTimeoutMs, replicas: env.SESSION_REPLICAS });
  const queue = createSignOutQueue(redis, keys);
  const ender = createSessionEnder({ store, queue, endAtIdentity: issuer.end, log });
  const tokens = createSessionTokens({
    store,
    leases: createRefreshLeases(redis),
    refresh: issuer.refresh,
    discard: (refreshToken) => ender.discard(refreshToken),
    idleTimeoutMs,
    onBackgroundError: onError,
  });
  const streams = createOpenStreams({ store, onError });
  const revocations = followRevocations(env.REDIS_URL, {
    onRevoked: (handle) => {
      streams.closeSession(handle);
    },
    onGap: () => {
      streams.recheck().catch(onError);
    },
    onError,
  });
  return {
    ...{ store, tokens, streams, ender, redis },
    reader: createSessionReader(store),
    routes: createSessionRoutes(store, ender),
    seenLogoutTokens: createSeenOnce(redis, "logout-token"),
    check: async () => {
      await redis.ping();
    },
    async close() {
      revocations.close();
      ender.close();
      await tokens.settled();
      redis.disconnect();
    },
  };
}
