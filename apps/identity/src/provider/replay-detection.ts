import type { RedisClient } from "@mullion/token-store";
import type Provider from "oidc-provider";
import { toProviderError } from "../storage/create-adapter.ts";
import { hashId } from "../storage/id-hash.ts";

/**
 * Makes a proof or an assertion good for once, also when it comes twice at the same moment: the library reads and then
 * writes.
 */
export function detectReplays({ ReplayDetection }: Provider, redis: RedisClient): void {
  ReplayDetection.unique = async (issuer, jti, exp) => {
    const name = hashId(JSON.stringify([issuer, jti])).toString("base64url");
    const seconds = Math.max(1, exp - Math.floor(Date.now() / 1000));
    try {
      return (await redis.set(`mullion:identity:replay:${name}`, "1", "EX", seconds, "NX")) === "OK";
    } catch (error) {
      throw toProviderError(error);
    }
  };
}
