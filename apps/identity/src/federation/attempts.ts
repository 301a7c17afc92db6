import { hash } from "node:crypto";
import type { RedisClient } from "@mullion/token-store";
import { randomNonce, randomPKCECodeVerifier, randomState } from "openid-client";
import { z } from "zod";
import { openUnder, sealUnder } from "../storage/seal.ts";
import type { RequestChecks, UpstreamId } from "./upstream.ts";

const attemptSchema = z.object({
  upstream: z.enum(["google", "github"]),
  /** Path of ours where the answer is dealt with. */
  finishAt: z.string(),
  /** What only the browser that began can show: the uid of its interaction, or of its session. */
  boundTo: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
});

/** A way to another provider that a browser is on. */
export type Attempt = z.output<typeof attemptSchema>;

/** Ways to other providers, kept in Redis for ten minutes. */
export interface Attempts {
  /** Notes that a browser is sent to an upstream provider. */
  begin(attempt: { upstream: UpstreamId; finishAt: string; boundTo: string }): Promise<RequestChecks>;
  /** The attempt with this `state`, which stays. */
  find(state: string): Promise<Attempt | undefined>;
  /** The attempt with this `state`, once: an answer is not taken twice. */
  take(state: string): Promise<Attempt | undefined>;
}

const ttlSeconds = 600;

/** Attempts are stored under the hash of their `state`, and sealed under it. */
export function createAttempts(redis: RedisClient): Attempts {
  const keyOf = (state: string): string =>
    `mullion:identity:federation:${hash("sha256", state, "base64url")}`;
  const open = (state: string, sealed: string | null): Attempt | undefined =>
    sealed === null ? undefined : attemptSchema.parse(JSON.parse(openUnder(state, sealed)));
  return {
    async begin(attempt) {
      const checks = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
      const { state, ...kept } = checks;
      const sealed = sealUnder(state, JSON.stringify({ ...attempt, ...kept }));
      await redis.set(keyOf(state), sealed, "EX", ttlSeconds);
      return checks;
    },
    find: async (state) => open(state, await redis.get(keyOf(state))),
    take: async (state) => open(state, await redis.getdel(keyOf(state))),
  };
}
