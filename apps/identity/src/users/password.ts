import { hash, verify } from "@node-rs/argon2";

// The library's default is argon2id; these are OWASP's minimum for it: 19 MiB, two passes, one lane.
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

let dummyHash: Promise<string> | undefined;

/** Longest password taken, in characters: what is longer is no password but work for the server. */
export const maxPasswordLength = 256;

/** Hashes a password with argon2id. */
export async function hashPassword(password: string): Promise<string> {
  return hash(password, options);
}

/**
 * True when the password belongs to the hash. Without a hash (nobody has the address) it does the same work, so that
 * the time taken does not tell whether an address is known.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  dummyHash ??= hashPassword("nobody has this password");
  const matches = await verify(passwordHash ?? (await dummyHash), password);
  return matches && passwordHash !== null;
}
