import { type RedisTopology, startRedisCluster, startRedisSentinels } from "@mullion/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createKeyRing } from "./key-ring.ts";
import { recordKey } from "./keys.ts";
import { connectRedis, connectSubscriber, type RedisClient } from "./redis.ts";
import { acknowledge } from "./redis-acknowledge.ts";
import { createSessionId, hashSessionId } from "./session-id.ts";
import { testRecord } from "./test-record.ts";
import { createTokenStore } from "./token-store.ts";

const ring = createKeyRing(`k1:${Buffer.alloc(32, 1).toString("base64")}`);

async function begin(start: () => Promise<RedisTopology>): Promise<{
  topology: RedisTopology;
  redis: RedisClient;
}> {
  const topology = await start();
  onTestFinished(() => topology.stop());
  const redis = connectRedis(topology.url, () => undefined);
  onTestFinished(() => redis.disconnect());
  await expect.poll(() => redis.status).toBe("ready");
  return { topology, redis };
}

/** Sessions being created and read until `stop()`, and what became of it. */
function runLoad(redis: RedisClient) {
  const store = createTokenStore(redis, ring, { idleTimeoutMs: 600_000 });
  const acknowledged: string[] = [];
  const seen = { lost: 0, slowestReadMs: 0, errors: [] as unknown[], lastErrorAt: 0, successesInARow: 0 };
  let isRunning = true;
  const repeat = async (step: () => Promise<void>): Promise<void> => {
    while (isRunning) {
      try {
        await step();
        seen.successesInARow += 1;
      } catch (error) {
        seen.errors.push(error);
        seen.lastErrorAt = performance.now();
        seen.successesInARow = 0;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const create = async (): Promise<void> => {
    const sid = createSessionId();
    await store.create(sid, testRecord({}, 600_000));
    const replicas = await acknowledge(redis, recordKey(hashSessionId(sid)), { replicas: 1, timeoutMs: 200 });
    if (replicas > 0) acknowledged.push(sid);
  };
  const read = async (): Promise<void> => {
    const sid = acknowledged[Math.floor(Math.random() * acknowledged.length)];
    if (sid === undefined) return;
    const startedAt = performance.now();
    try {
      if ((await store.read(sid)) === null) seen.lost += 1;
    } finally {
      seen.slowestReadMs = Math.max(seen.slowestReadMs, performance.now() - startedAt);
    }
  };
  const loops = [create, create, create, create, read, read, read, read].map(repeat);
  const stop = async (): Promise<void> => {
    isRunning = false;
    await Promise.all(loops);
  };
  return { store, acknowledged, seen, stop };
}

describe.each([
  ["Sentinels", startRedisSentinels],
  ["a cluster", startRedisCluster],
])("Redis with %s", { timeout: 60_000 }, (_name, start) => {
  it.each(["is killed", "hangs"] as const)(
    "when the master %s, nothing that a replica acknowledged is lost and requests recover by themselves",
    async (how) => {
      const { topology, redis } = await begin(start);
      // A subscriber begins at a random node: here at the one that will be lost.
      vi.spyOn(Math, "random").mockReturnValueOnce(0);
      const onReconnect = vi.fn();
      const subscriber = connectSubscriber(topology.url, { onError: () => undefined, onReconnect });
      onTestFinished(() => subscriber.disconnect());
      const heard = vi.fn();
      subscriber.on("message", heard);
      await subscriber.subscribe("news");
      expect(await topology.master.command("PUBSUB", "NUMSUB", "news")).toEqual(["news", 1]);

      const load = runLoad(redis);
      onTestFinished(load.stop);
      await expect.poll(() => load.acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(300);
      const lostAt = performance.now();
      if (how === "is killed") await topology.master.kill();
      else topology.master.freeze();
      await expect.poll(() => load.seen.errors.length, { timeout: 10_000 }).toBeGreaterThan(0);
      await expect.poll(() => load.seen.successesInARow, { timeout: 20_000 }).toBeGreaterThan(500);
      await load.stop();

      expect(new Set(load.seen.errors.map((error) => (error as { code?: unknown }).code))).toEqual(
        new Set(["store_unavailable"]),
      );
      expect(load.seen.slowestReadMs).toBeLessThan(1_000);
      expect(load.seen.lastErrorAt - lostAt).toBeLessThan(15_000);
      const left = await Promise.all(load.acknowledged.map((sid) => load.store.read(sid)));
      expect({ lost: load.seen.lost, gone: left.filter((session) => session === null).length }).toEqual({
        lost: 0,
        gone: 0,
      });
      await expect.poll(() => onReconnect.mock.calls.length, { timeout: 10_000 }).toBeGreaterThan(0);
      await redis.publish("news", "after");
      await expect.poll(() => heard.mock.calls).toContainEqual(["news", "after"]);
    },
  );

  it("counts the replicas that have a write, and none for a record that is not there", async () => {
    const { redis } = await begin(start);
    await redis.set("mullion:{a}:session", "1");
    const wait = { replicas: 1, timeoutMs: 500 };
    expect(await acknowledge(redis, "mullion:{a}:session", wait)).toBeGreaterThanOrEqual(1);
    expect(await acknowledge(redis, "mullion:{b}:session", wait)).toBe(0);
  });
});

it("a connection whose server became a replica is given up, so that the next one finds the new master", async () => {
  const topology = await startRedisSentinels();
  onTestFinished(() => topology.stop());
  const redis = connectRedis(topology.nodes[1]?.url ?? "", () => undefined);
  onTestFinished(() => redis.disconnect());
  await expect.poll(() => redis.status).toBe("ready");
  const connects = vi.fn();
  redis.on("connect", connects);
  await expect(redis.eval("return redis.call('SET', KEYS[1], '1')", 1, "key")).rejects.toThrow("READONLY");
  await expect.poll(() => connects.mock.calls.length).toBeGreaterThan(0);
});
