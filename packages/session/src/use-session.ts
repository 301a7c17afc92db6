import { use } from "react";
import { LifeContext, SessionContext, type SessionState } from "./session-context.ts";
import type { SessionLife } from "./session-life.ts";

const noProvider =
  "useSession, useBff and the like need a SessionProvider around them; the shell mounts one.";

/**
 * The session of the person using the page: who, which roles, until when. Never a token.
 * @throws {Error} outside `SessionProvider`.
 */
export function useSession(): SessionState {
  const state = use(SessionContext);
  if (state === null) throw new Error(noProvider);
  return state;
}

/** The session's life in this tab, for the hooks of this package. */
export function useSessionLife(): SessionLife {
  const life = use(LifeContext);
  if (life === null) throw new Error(noProvider);
  return life;
}
