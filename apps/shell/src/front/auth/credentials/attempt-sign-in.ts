import type { Credentials, CredentialsBackend, SignInOutcome } from "@mullion/bff";
import type { Attempt, AttemptLimits } from "./attempt-limits.ts";

/** How an attempt to sign in ended. */
export type AttemptOutcome = SignInOutcome | { readonly kind: "limited"; readonly retryAfterSeconds: number };

/** What checking credentials takes. */
export interface AttemptOptions {
  readonly backend: CredentialsBackend;
  readonly limits: AttemptLimits;
}

/** Longest name and password that reach the backend; hashing a longer one would be work for nothing. */
const maxLength = 512;

/**
 * Asks the backend, unless too many attempts failed before. Only a refusal counts as one.
 * @throws when Redis does not answer: without it there would be no session either.
 */
export async function attemptSignIn(
  { backend, limits }: AttemptOptions,
  credentials: Credentials,
  address: string,
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  const { username, password } = credentials;
  const attempt: Attempt = { username: username.slice(0, maxLength), address };
  const retryAfterSeconds = await limits.take(attempt);
  if (retryAfterSeconds > 0) return { kind: "limited", retryAfterSeconds };
  const isPossible = [username, password].every(({ length }) => length > 0 && length <= maxLength);
  const outcome: SignInOutcome = isPossible ? await backend.signIn(credentials, signal) : { kind: "refused" };
  if (outcome.kind !== "refused") await limits.giveBack(attempt, outcome.kind === "signed-in");
  return outcome;
}
