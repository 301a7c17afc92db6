import type { RedisClient } from "@mullion/token-store";
import { type Adapter, type AdapterPayload, errors } from "oidc-provider";
import { hashId, withoutId } from "./id-hash.ts";
import { openUnder, sealUnder } from "./seal.ts";

// Marks once: of two clients with one code, one gets the tokens.
const consumeScript = `
if redis.call("exists", KEYS[1]) == 0 then return 0 end
return redis.call("hsetnx", KEYS[1], "consumed", ARGV[1])`;

// In one step, and one command: a transaction of Redis is four, each with an answer of its own.
const storeScript = `
redis.call("hset", KEYS[1], "payload", ARGV[1])
redis.call("expire", KEYS[1], ARGV[2])`;

/**
 * Keeps what lives for minutes: authorization codes, interactions, pushed requests, replay marks. Keys are hashed ids
 * and values are sealed under the id, so that a dump of Redis shows neither.
 */
export function createRedisAdapter(redis: RedisClient, model: string): Adapter {
  const keyOf = (id: string): string => `mullion:identity:${model}:${hashId(id).toString("base64url")}`;
  return {
    async upsert(id, payload, expiresIn) {
      const sealed = sealUnder(id, JSON.stringify(withoutId(payload)));
      if (expiresIn === undefined) throw new TypeError("a stored model must expire");
      await redis.eval(storeScript, 1, keyOf(id), sealed, expiresIn);
    },
    async find(id) {
      const [sealed, consumed] = await redis.hmget(keyOf(id), "payload", "consumed");
      if (typeof sealed !== "string") return undefined;
      const payload = JSON.parse(openUnder(id, sealed)) as AdapterPayload;
      return { ...payload, jti: id, ...(typeof consumed === "string" ? { consumed: Number(consumed) } : {}) };
    },
    async consume(id) {
      const now = Math.floor(Date.now() / 1000);
      if ((await redis.eval(consumeScript, 1, keyOf(id), now)) !== 1) {
        throw new errors.InvalidGrant("already consumed");
      }
    },
    async destroy(id) {
      await redis.del(keyOf(id));
    },
    // Whatever belongs to a grant is refused once the grant's row is gone; there is nothing to look for here.
    async revokeByGrantId() {},
    // Sessions are in Postgres; user codes are found by `withUserCodes`.
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
  };
}
