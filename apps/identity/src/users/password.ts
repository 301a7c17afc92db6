import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import { createBoundedWork } from "./bounded-work.ts";

// The library's default is argon2id; these are OWASP's minimum for it: 19 MiB, two passes, one lane.
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const currentParameters = `$argon2id$v=19$m=${String(options.memoryCost)},t=${String(options.timeCost)},p=${String(options.parallelism)}$`;

// A hash keeps a core busy and holds its 19 MiB: more at once than there are cores only makes all of them slower. Those
// that wait add up to about a second.
const cores = availableParallelism();
const bounded = createBoundedWork({ atOnce: cores, waiting: cores * 32 });

let dummyHash: Promise<string> | undefined;

/** Shortest password taken for an account, in characters (NIST SP 800-63B section 3.1.1.2). */
export const minPasswordLength = 8;

/** Longest password taken, in characters: what is longer is no password but work for the server. */
export const maxPasswordLength = 256;

/** Hashes a password with argon2id. Rejects with 503 while too many others wait. */
export async function hashPassword(password: string): Promise<string> {
  return bounded(() => hash(password, options));
}

/**
 * True when the password belongs to the hash. Without a hash (nobody has the address) it does the same work, so that
 * the time taken does not tell whether an address is known. Rejects with 503 while too many others wait.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  dummyHash ??= hash("nobody has this password", options);
  const dummy = await dummyHash;
  const matches = await bounded(() => verify(passwordHash ?? dummy, password));
  return matches && passwordHash !== null;
}

/** True for a hash made with other parameters than a new one would be. */
export function isOutdated(passwordHash: string): boolean {
  return !passwordHash.startsWith(currentParameters);
}
