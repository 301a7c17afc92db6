import type { AccessToken } from "@mullion/token-store";

/** `fresh`: use it. `early`: use it, and replace it in the background. `late`: wait for the next one. */
export type Freshness = "fresh" | "early" | "late";

const earlyMs = 60_000;
/** This short before expiry a token might die on its way. */
const lateMs = 5_000;

/** How fresh a token is at a time (milliseconds). Of short-lived ones the last fifth is early, the last twentieth late. */
export function freshnessOf(token: AccessToken | undefined, now: number): Freshness {
  if (token === undefined) return "late";
  const lifetime = token.expiresAt - token.issuedAt;
  const left = token.expiresAt - now;
  if (left <= Math.min(lateMs, lifetime / 20)) return "late";
  return left <= Math.min(earlyMs, lifetime / 5) ? "early" : "fresh";
}
