import type { SessionView } from "@mullion/contracts";
import { createContext } from "react";

/** What `useSession` returns. */
export interface SessionState {
  readonly status: "authenticated" | "unauthenticated";
  readonly session: SessionView | null;
  /** Ends the session at the shell and at identity, then leaves for the start page. */
  signOut(): Promise<void>;
  /** Called when a request found no session any more: forgets it here and goes to sign-in. */
  onUnauthenticated(): void;
}

export const SessionContext = createContext<SessionState | null>(null);
