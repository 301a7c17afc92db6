import { once } from "node:events";
import { testRedisUrl } from "@mullion/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { available } from "./available.ts";
import { connectRedis, type RedisClient } from "./redis.ts";

let redis: RedisClient;
beforeAll(async () => {
  redis = connectRedis(testRedisUrl(), () => undefined);
  await once(redis, "ready");
});
afterAll(() => {
  redis.disconnect();
});

it("an answer that arrived while the process itself was held up counts", async () => {
  const answers = Array.from({ length: 100 }, () => available(redis.ping()));
  const heldUpSince = performance.now();
  // Nothing can be read meanwhile, and every timer is overdue afterwards.
  while (performance.now() - heldUpSince < 800);
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["PONG"]));
});

it("no answer within half a second is an error", async () => {
  const never = new Promise(() => undefined);
  await expect(available(never)).rejects.toMatchObject({ code: "store_unavailable" });
});
