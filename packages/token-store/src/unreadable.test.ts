import { testRedisUrl } from "@mullion/testing";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createKeyRing } from "./key-ring.ts";
import { createSessionId, hashSessionId } from "./session-id.ts";
import { createSignOutQueue } from "./sign-out-queue.ts";
import { testRecord } from "./test-record.ts";
import { createTokenStore } from "./token-store.ts";

const ringOf = (byte: number) => createKeyRing(`k${byte}:${Buffer.alloc(32, byte).toString("base64")}`);
const options = { idleTimeoutMs: 20_000 };

describe("what the key ring does not open", () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = new Redis(testRedisUrl());
    await redis.ping();
  });
  beforeEach(async () => {
    await redis.del("mullion:{sign-outs}:pending");
  });
  afterAll(() => {
    redis.disconnect();
  });

  it("a session is named unreadable to whoever opens it, stays on its user's device list, and can be ended", async () => {
    const sid = createSessionId();
    await createTokenStore(redis, ringOf(1), options).create(sid, testRecord());
    const store = createTokenStore(redis, ringOf(2), options);
    for (const read of [store.read(sid), store.readTokens(sid), store.readView(sid)]) {
      await expect(read).rejects.toMatchObject({ code: "record_unreadable" });
    }
    expect(await store.devicesOf("u1")).toContainEqual(
      expect.objectContaining({ handle: hashSessionId(sid), userAgent: "", ipAddress: "" }),
    );
    expect(await store.revoke(hashSessionId(sid))).toBe(true);
  });

  it("a record in the shape of another version is unreadable, not a fault of the request", async () => {
    const sid = createSessionId();
    const store = createTokenStore(redis, ringOf(1), options);
    const { tokens, ...rest } = testRecord();
    await store.create(sid, { ...rest, tokens: { ...tokens, refreshToken: 1 as unknown as string } });
    await expect(store.read(sid)).rejects.toMatchObject({ code: "record_unreadable" });
  });

  it("a pending sign-out does not hold up those after it, and waits for its key", async () => {
    const signOut = { identitySid: "s", refreshToken: null, giveUpAt: 9e12 };
    const theirs = createSignOutQueue(redis, ringOf(1));
    // As many as are looked at together, and due first.
    for (let count = 0; count < 20; count += 1) await theirs.add(signOut, 1);
    const queue = createSignOutQueue(redis, ringOf(2));
    const ticket = await queue.add(signOut, 2);
    expect([...(await queue.due(10)).keys()]).toEqual([]);
    expect([...(await queue.due(10)).keys()]).toEqual([ticket]);
    expect((await theirs.due(10 + 86_400_000)).size).toBeGreaterThan(0);
  });
});
