import { once } from "node:events";
import { apiAudience } from "@mullion/contracts";
import { createLogger } from "@mullion/http-service";
import { testRedisUrl } from "@mullion/testing";
import {
  connectRedis,
  createKeyRing,
  createSessionId,
  createSignOutQueue,
  createTokenStore,
  hashSessionId,
  type PendingSignOut,
  type RedisClient,
  type SessionHandle,
  type TokenStore,
} from "@mullion/token-store";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createSessionEnder, type EndAtIdentity, type SessionEnder } from "./end-session.ts";

const ringOf = (byte: number) => createKeyRing(`k${byte}:${Buffer.alloc(32, byte).toString("base64")}`);
const options = { idleTimeoutMs: 20_000 };
/** Later than the first retry of a sign-out that is begun now. */
const soon = (): number => Date.now() + 15_000;

describe("ending sessions", () => {
  let redis: RedisClient;
  let store: TokenStore;
  const told: PendingSignOut[] = [];

  beforeAll(async () => {
    redis = connectRedis(testRedisUrl(), () => undefined);
    await once(redis, "ready");
    store = createTokenStore(redis, ringOf(1), options);
  });
  afterAll(() => {
    redis.disconnect();
  });
  beforeEach(async () => {
    told.length = 0;
    await redis.del("mullion:{sign-outs}:pending");
  });

  const tell: EndAtIdentity = async (signOut) => {
    told.push(signOut);
  };
  const enderOf = (end: EndAtIdentity = tell, over: TokenStore = store): SessionEnder => {
    const queue = createSignOutQueue(redis, ringOf(1));
    const log = createLogger({ name: "test", level: "silent" });
    const ender = createSessionEnder({ store: over, queue, endAtIdentity: end, log });
    onTestFinished(() => {
      ender.close();
    });
    return ender;
  };
  const pending = () => createSignOutQueue(redis, ringOf(1)).due(soon());

  const begin = async (identitySid: string, into: TokenStore = store): Promise<SessionHandle> => {
    const sessionId = createSessionId();
    const now = Date.now();
    const access = { token: "t", scope: "", issuedAt: now, expiresAt: now + 1_000 };
    await into.create(sessionId, {
      tokens: { access: { [apiAudience]: access }, refreshToken: `refresh of ${sessionId}`, identitySid },
      view: {
        user: { id: "ender", name: "Ada", email: "ada@mullion.test" },
        roles: ["member"],
        expiresAt: new Date(now + 60_000).toISOString(),
      },
      device: { userAgent: "test", ipAddress: "127.0.0.1", createdAt: now },
    });
    return hashSessionId(sessionId);
  };

  it("the sign-in ends with its last session, also when its last two are ended at once", async () => {
    const sid = createSessionId();
    const [first, second, third] = [await begin(sid), await begin(sid), await begin(sid)];
    const ender = enderOf();
    await ender.end(first);
    expect(told.map(({ identitySid }) => identitySid)).toEqual([null]);
    await Promise.all([ender.end(second), ender.end(third)]);
    expect(told.map(({ identitySid }) => identitySid)).toContain(sid);
    expect((await pending()).size).toBe(0);
  });

  it("a front that dies while it ends a session leaves the rest to the others", async () => {
    const handle = await begin(createSessionId());
    const dying = { ...store, revoke: () => Promise.reject(new Error("killed")) };
    await expect(enderOf(tell, dying).end(handle)).rejects.toThrow("killed");
    expect([...(await pending()).values()]).toEqual([
      expect.objectContaining({ refreshToken: expect.stringContaining("refresh of") as string }),
    ]);
  });

  it("identity being away does not keep anybody signed in, and is asked again", async () => {
    const handle = await begin(createSessionId());
    await enderOf(() => Promise.reject(new Error("away"))).end(handle);
    expect(await store.aliveAmong([handle])).toEqual(new Set());
    expect((await pending()).size).toBe(1);
  });

  it("a session that no key opens can be ended", async () => {
    const handle = await begin(createSessionId(), createTokenStore(redis, ringOf(2), options));
    await enderOf().end(handle);
    expect(await store.aliveAmong([handle])).toEqual(new Set());
  });
});
