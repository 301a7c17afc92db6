import { createHash } from "node:crypto";

// 48 bits: the most whole bytes that a double holds exactly, and a thousand million times finer than a hundredth percent.
const hashBytes = 6;

/**
 * Whether a user is among the `percent` (0 to 100) of a canary. Depends on the arguments alone: every front answers alike, and
 * a person keeps their version. Who is in stays in when the percentage grows. Another salt draws other people.
 */
export function isInCanary(salt: string, userId: string, percent: number): boolean {
  const digest = createHash("sha256").update(`${salt}:${userId}`).digest();
  return digest.readUIntBE(0, hashBytes) / 2 ** (8 * hashBytes) < percent / 100;
}
