import { createHmac } from "node:crypto";
import type { RedisClient } from "@mullion/token-store";
import type { Adapter } from "oidc-provider";
import { openUnder, sealUnder } from "../storage/seal.ts";

/**
 * Lets device codes be found by their user codes. A user code is short enough to be guessed from its hash: names of
 * entries are keyed with a secret, and entries are sealed under the same, so that a dump of Redis leads to no device
 * code. `secrets`: the first writes, all read.
 */
export function withUserCodes(adapter: Adapter, redis: RedisClient, secrets: readonly Buffer[]): Adapter {
  const [current] = secrets;
  if (current === undefined) throw new TypeError("user codes need a secret");
  const sealUnderOf = (secret: Buffer, userCode: string): string =>
    createHmac("sha256", secret).update(userCode).digest("base64url");
  const keyOf = (seal: string): string =>
    `mullion:identity:UserCode:${createHmac("sha256", seal).update("name").digest("base64url")}`;
  return {
    ...adapter,
    async upsert(id, payload, expiresIn) {
      await adapter.upsert(id, payload, expiresIn);
      if (typeof payload.userCode !== "string" || expiresIn === undefined) return;
      const seal = sealUnderOf(current, payload.userCode);
      await redis.set(keyOf(seal), sealUnder(seal, id), "EX", expiresIn);
    },
    async findByUserCode(userCode) {
      const seals = secrets.map((secret) => sealUnderOf(secret, userCode));
      const entries = await redis.mget(seals.map(keyOf));
      for (const [at, entry] of entries.entries()) {
        const seal = seals[at];
        if (entry !== null && seal !== undefined) return adapter.find(openUnder(seal, entry));
      }
      return undefined;
    },
  };
}
