import { isUnreadable, TokenStoreError } from "@mullion/token-store";
import { bffProblem } from "./errors.ts";

/**
 * What a failing session store means to a browser. For use in `catch`.
 * @throws {ProblemError} `store_unavailable` (503), or `session_unreadable` (401): only a new sign-in gets its browser
 * any further. Anything else as it came.
 */
export function storeProblem(cause: unknown): never {
  if (cause instanceof TokenStoreError && cause.code === "store_unavailable") {
    throw bffProblem("store_unavailable", { detail: "Your session is kept. Try again shortly.", cause });
  }
  if (isUnreadable(cause)) {
    throw bffProblem("session_unreadable", { detail: "Sign in again.", cause });
  }
  throw cause;
}
