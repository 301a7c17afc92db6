import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** A secret with 256 random bits. */
export function createClientSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** SHA-256 of a secret: it is long and random, so that nothing slower is needed to keep it from being guessed. */
export function hashClientSecret(secret: string): string {
  return hash("sha256", secret, "base64url");
}

/** True when two hashes are the same, compared in constant time. */
export function isSameHash(stored: string, given: string): boolean {
  const expected = Buffer.from(stored);
  const actual = Buffer.from(given);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
