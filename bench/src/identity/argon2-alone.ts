import { hash, verify } from "@node-rs/argon2";
import { type DriveResult, drive } from "../drive.ts";

// As identity hashes: OWASP's minimum for argon2id.
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Verifies passwords with argon2id and nothing else, `lanes` at once: no sign-in with a password can be faster. */
export async function argon2Alone(lanes: number, durationMs: number): Promise<DriveResult> {
  const stored = await hash("correct horse battery staple", options);
  return drive({ lanes, durationMs }, async () => {
    await verify(stored, "correct horse battery staple");
  });
}
