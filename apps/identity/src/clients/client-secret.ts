import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** A secret with 256 random bits. */
export function createClientSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** SHA-256 of a secret: it is long and random, so that nothing slower is needed to keep it from being guessed. */
export function hashClientSecret(secret: string): string {
  return hash("sha256", secret, "base64url");
}

/** True when the secret has this hash, compared in constant time. */
export function matchesSecretHash(hashed: string, secret: string): boolean {
  const expected = Buffer.from(hashed);
  const given = Buffer.from(hashClientSecret(secret));
  return expected.length === given.length && timingSafeEqual(expected, given);
}
