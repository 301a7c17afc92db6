import { TokenStoreError } from "@mullion/token-store";
import { bffProblem } from "./errors.ts";

/**
 * What a failing session store means to a browser. For use in `catch`.
 * @throws {ProblemError} `store_unavailable` (503); anything else as it came.
 */
export function storeProblem(cause: unknown): never {
  if (cause instanceof TokenStoreError && cause.code === "store_unavailable") {
    throw bffProblem("store_unavailable", { detail: "Your session is kept. Try again shortly.", cause });
  }
  throw cause;
}
