import { use } from "react";
import type { SessionState } from "./session-context.ts";
import { SessionContext } from "./session-context.ts";

/**
 * The session of the person using the page: who, which roles, until when. Never a token.
 * @throws {Error} outside `SessionProvider`.
 */
export function useSession(): SessionState {
  const state = use(SessionContext);
  if (state === null) throw new Error("useSession needs a SessionProvider around it; the shell mounts one.");
  return state;
}
