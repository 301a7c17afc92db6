import { testRedisUrl } from "@mullion/testing";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createKeyRing } from "./key-ring.ts";
import { connectRedis } from "./redis.ts";
import { followRevocations } from "./revocations.ts";
import { createSessionId, hashSessionId } from "./session-id.ts";
import { testRecord as record, testTokens } from "./test-record.ts";
import { createTokenStore, type TokenStore } from "./token-store.ts";

const ring = `k1:${Buffer.alloc(32, 1).toString("base64")}`;
const lifetimes = { idleTimeoutMs: 20_000 };

describe("token store", () => {
  let redis: Redis;
  let store: TokenStore;

  beforeAll(async () => {
    redis = new Redis(testRedisUrl());
    store = createTokenStore(redis, createKeyRing(ring), lifetimes);
    await redis.ping();
  });
  afterAll(() => {
    redis.disconnect();
  });

  it("gives back what was stored, and the view without opening the tokens", async () => {
    const sid = createSessionId();
    await store.create(sid, record());
    expect(await store.read(sid)).toMatchObject({ version: 1, tokens: testTokens("canary-access") });
    expect(await store.readView(sid)).toMatchObject({ user: { id: "u1" } });
    expect(await store.read(createSessionId())).toBeNull();
  });

  it("SEC-25 a dump of Redis holds no session id, token, name or address", async () => {
    const sid = createSessionId();
    await store.create(sid, record());
    const dump: string[] = [];
    for await (const keys of redis.scanStream({ match: "mullion:*" }) as AsyncIterable<string[]>) {
      for (const key of keys) dump.push(key, (await redis.dumpBuffer(key)).toString("latin1"));
    }
    const text = dump.join("\n");
    expect(text).toContain(hashSessionId(sid));
    expect(text).not.toContain(sid);
    expect(text).not.toMatch(/canary|ada@mullion|192\.0\.2/i);
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
    expect(await store.replace(sid, 1, record(testTokens("second")))).toBe("written");
    expect(await store.read(sid)).toMatchObject({ version: 2, tokens: testTokens("second") });
  });

  it("a writer that read an older version changes nothing", async () => {
    const sid = createSessionId();
    await store.create(sid, record());
    await store.replace(sid, 1, record(testTokens("second")));
    expect(await store.replace(sid, 1, record(testTokens("late")))).toBe("stale");
    expect(await store.read(sid)).toMatchObject({ tokens: testTokens("second") });
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
    expect(await redis.pttl(`mullion:{${hashSessionId(sid)}}:session`)).toBeLessThanOrEqual(20_000);
  });

  it("a use slides the idle expiry, reading and refreshing do not, and nothing slides it past the absolute end", async () => {
    const now = Date.now();
    const clock = vi.spyOn(Date, "now").mockReturnValue(now);
    const sid = createSessionId();
    await store.create(sid, record({}, 30_000));
    const idleEnd = async (): Promise<number> =>
      Date.parse((await store.readView(sid))?.idleExpiresAt ?? "") - now;
    expect(await idleEnd()).toBe(20_000);

    clock.mockReturnValue(now + 5_000);
    await store.readTokens(sid);
    await store.replace(sid, 1, record({}, 900_000));
    expect(await idleEnd()).toBe(20_000);
    expect(await store.touch(sid)).toBe(true);
    expect(await idleEnd()).toBe(25_000);
    expect(await store.readTokens(sid)).toMatchObject({ lastUsedAt: now + 5_000 });

    clock.mockReturnValue(now + 15_000);
    await store.touch(sid);
    expect(await idleEnd()).toBe(30_000);
    expect(await redis.pexpiretime(`mullion:{${hashSessionId(sid)}}:session`)).toBe(now + 30_000);
  });

  it("a session that nobody uses is gone from Redis when its idle time is over", async () => {
    const brief = createTokenStore(redis, createKeyRing(ring), { idleTimeoutMs: 40 });
    const sid = createSessionId();
    await brief.create(sid, record());
    await expect.poll(() => brief.read(sid)).toBeNull();
    expect(await brief.touch(sid)).toBe(false);
  });

  it("lists a user's live sessions, and finds those of a sign-in at identity", async () => {
    const [older, newer, ended] = [createSessionId(), createSessionId(), createSessionId()];
    const mine = (identitySid: string) => {
      const made = record({ identitySid });
      return { ...made, view: { ...made.view, user: { ...made.view.user, id: "lister" } } };
    };
    const clock = vi.spyOn(Date, "now");
    const now = Date.now();
    for (const [at, sid] of [older, newer, ended].entries()) {
      clock.mockReturnValue(now + at);
      await store.create(sid, mine(`sign-in-${at}`));
    }
    await store.delete(ended);
    const devices = await store.devicesOf("lister");
    expect(devices.map(({ handle }) => handle)).toEqual([newer, older].map(hashSessionId));
    expect(devices[0]).toMatchObject({ userAgent: "canary-browser", ipAddress: "192.0.2.1" });
    expect(await store.handlesOfSignIn("sign-in-0")).toEqual([hashSessionId(older)]);
    expect(await store.handlesOfSignIn("unknown")).toEqual([]);
    expect(await store.aliveAmong([older, ended].map(hashSessionId))).toEqual(
      new Set([hashSessionId(older)]),
    );
  });

  it("ending a session is told to whoever follows revocations", async () => {
    const heard: string[] = [];
    const following = followRevocations(testRedisUrl(), {
      onRevoked: (handle) => heard.push(handle),
      onGap: () => undefined,
      onError: () => undefined,
    });
    await expect.poll(() => redis.publish("mullion:revoked", "probe")).toBeGreaterThan(0);
    const sid = createSessionId();
    await store.create(sid, record());
    await store.delete(sid);
    await expect.poll(() => heard).toContain(hashSessionId(sid));
    following.close();
  });

  it("where replicas are asked for, a sign-in that none holds fails and leaves nothing behind", async () => {
    const careful = createTokenStore(redis, createKeyRing(ring), { ...lifetimes, replicas: 1 });
    const sid = createSessionId();
    await expect(careful.create(sid, record())).rejects.toMatchObject({ code: "store_unavailable" });
    expect(await store.read(sid)).toBeNull();
  });

  it("a Redis that is not there is an error at once, not a hang", async () => {
    const nobody = connectRedis("redis://127.0.0.1:1", () => undefined);
    const failed = createTokenStore(nobody, createKeyRing(ring), lifetimes).read(createSessionId());
    await expect(failed).rejects.toMatchObject({ code: "store_unavailable" });
    nobody.disconnect();
  });
});
