import { testRedisUrl } from "@mullion/testing";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKeyRing } from "./key-ring.ts";
import type { SessionRecord } from "./record.ts";
import { connectRedis } from "./redis.ts";
import { createSessionId, hashSessionId } from "./session-id.ts";
import { createTokenStore, type TokenStore } from "./token-store.ts";

const ring = `k1:${Buffer.alloc(32, 1).toString("base64")}`;

function record(overrides: Partial<SessionRecord["tokens"]> = {}, expiresInMs = 60_000): SessionRecord {
  return {
    view: {
      user: { id: "u1", name: "Ada Canary", email: "ada@mullion.test" },
      roles: ["member"],
      expiresAt: new Date(Date.now() + expiresInMs).toISOString(),
    },
    tokens: {
      accessToken: "canary-access",
      refreshToken: "canary-refresh",
      idToken: "canary-id",
      identitySid: "canary-sid",
      scope: "profile:read",
      accessTokenIssuedAt: 1,
      accessTokenExpiresAt: 2,
      ...overrides,
    },
  };
}

describe("token store", () => {
  let redis: Redis;
  let store: TokenStore;

  beforeAll(async () => {
    redis = new Redis(testRedisUrl());
    store = createTokenStore(redis, createKeyRing(ring));
    await redis.ping();
  });
  afterAll(() => {
    redis.disconnect();
  });

  it("gives back what was stored, and the view without opening the tokens", async () => {
    const sid = createSessionId();
    await store.create(sid, record());
    expect(await store.read(sid)).toMatchObject({ version: 1, tokens: { accessToken: "canary-access" } });
    expect(await store.readView(sid)).toMatchObject({ user: { id: "u1" } });
    expect(await store.read(createSessionId())).toBeNull();
  });

  it("SEC-25 a dump of Redis holds no session id, token, name or address", async () => {
    const sid = createSessionId();
    await store.create(sid, record());
    const dump: string[] = [];
    for await (const keys of redis.scanStream({ match: "mullion:*" }) as AsyncIterable<string[]>) {
      for (const key of keys) dump.push(key, JSON.stringify(await redis.hgetall(key)));
    }
    const text = dump.join("\n");
    expect(text).toContain(hashSessionId(sid));
    expect(text).not.toContain(sid);
    expect(text).not.toMatch(/canary|ada@mullion/i);
  });

  it("a record moved under another session's key does not open", async () => {
    const [mine, theirs] = [createSessionId(), createSessionId()];
    await store.create(mine, record());
    await redis.copy(
      `mullion:{${hashSessionId(mine)}}:session`,
      `mullion:{${hashSessionId(theirs)}}:session`,
    );
    await expect(store.read(theirs)).rejects.toMatchObject({ code: "record_unreadable" });
  });

  it("S0.5 a write over the version that was read replaces session and tokens in one step", async () => {
    const sid = createSessionId();
    await store.create(sid, record());
    expect(await store.replace(sid, 1, record({ accessToken: "second" }))).toBe("written");
    expect(await store.read(sid)).toMatchObject({ version: 2, tokens: { accessToken: "second" } });
  });

  it("a writer that read an older version changes nothing", async () => {
    const sid = createSessionId();
    await store.create(sid, record());
    await store.replace(sid, 1, record({ accessToken: "second" }));
    expect(await store.replace(sid, 1, record({ accessToken: "late" }))).toBe("stale");
    expect(await store.read(sid)).toMatchObject({ tokens: { accessToken: "second" } });
  });

  it("a write after the session was ended does not bring it back", async () => {
    const sid = createSessionId();
    await store.create(sid, record());
    expect(await store.delete(sid)).toBe(true);
    expect(await store.replace(sid, 1, record())).toBe("gone");
    expect(await store.read(sid)).toBeNull();
  });

  it("a session ends at its expiry, and a write does not prolong it", async () => {
    const sid = createSessionId();
    await store.create(sid, record({}, 30_000));
    await store.replace(sid, 1, record({}, 900_000));
    expect(await redis.pttl(`mullion:{${hashSessionId(sid)}}:session`)).toBeLessThanOrEqual(30_000);
  });

  it("a Redis that is not there is an error at once, not a hang", async () => {
    const nobody = connectRedis("redis://127.0.0.1:1", () => undefined);
    const failed = createTokenStore(nobody, createKeyRing(ring)).read(createSessionId());
    await expect(failed).rejects.toMatchObject({ code: "store_unavailable" });
    nobody.disconnect();
  });
});
