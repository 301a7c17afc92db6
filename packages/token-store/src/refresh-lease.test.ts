import { testRedisUrl } from "@mullion/testing";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRefreshLeases } from "./refresh-lease.ts";
import { createSessionId, hashSessionId } from "./session-id.ts";

let redis: Redis;
beforeAll(async () => {
  redis = new Redis(testRedisUrl());
  await redis.ping();
});
afterAll(() => {
  redis.disconnect();
});

const keyOf = (sid: string): string => `mullion:{${hashSessionId(sid)}}:refresh`;

it("P13 only one front holds the lease of a session, until it gives it back", async () => {
  const leases = createRefreshLeases(redis);
  const sid = createSessionId();
  const asked = await Promise.all(Array.from({ length: 20 }, () => leases.acquire(sid)));
  const held = asked.filter((lease) => lease !== null);
  expect(held).toHaveLength(1);
  await held[0]?.release();
  const next = await leases.acquire(sid);
  expect(next).not.toBeNull();
  await next?.release();
});

it("P13 a lease is renewed for as long as its holder lives, and runs out when it dies", async () => {
  const leases = createRefreshLeases(redis, 120);
  const sid = createSessionId();
  const lease = await leases.acquire(sid);
  // Five times its length later it is still held: only renewals can have kept it.
  const heldSince = performance.now();
  await expect
    .poll(async () => [performance.now() - heldSince > 600, await redis.exists(keyOf(sid))], { interval: 10 })
    .toEqual([true, 1]);
  await lease?.release();
  // What a holder that was killed leaves behind: nobody renews it.
  await redis.set(keyOf(sid), "dead", "PX", 120);
  expect(await leases.acquire(sid)).toBeNull();
  await expect.poll(async () => (await leases.acquire(sid)) !== null).toBe(true);
});

it("a holder whose lease ran out does not give back somebody else's", async () => {
  const leases = createRefreshLeases(redis);
  const sid = createSessionId();
  const late = await leases.acquire(sid);
  await redis.set(keyOf(sid), "somebody else");
  await late?.release();
  expect(await redis.get(keyOf(sid))).toBe("somebody else");
});
