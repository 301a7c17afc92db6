import type { SessionView } from "@mullion/contracts";
import { createContext } from "react";
import type { Connection } from "./connection.ts";
import type { SessionLife } from "./session-life.ts";

/** What `useSession` returns. */
export interface SessionState {
  /** `loading` only where the page came without a session: the server is being asked. */
  readonly status: "loading" | "authenticated" | "unauthenticated";
  readonly session: SessionView | null;
  /** `reconnecting` while the shell, its session store or identity cannot be reached. It ends by itself. */
  readonly connection: Connection;
  /**
   * Ends the session at the shell and at identity, then leaves for the start page.
   * @throws {BffError} when the shell cannot be reached; the session then still stands.
   */
  signOut(): Promise<void>;
}

export const SessionContext = createContext<SessionState | null>(null);

/** What the hooks of this package work with; remotes see `SessionState`. */
export const LifeContext = createContext<SessionLife | null>(null);

/** Name of the remote whose pane this is; null in the host. */
export const RemoteContext = createContext<string | null>(null);
