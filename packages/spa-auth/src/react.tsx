import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from "react";
import type { AuthState } from "./auth-state.ts";
import type { SpaAuth } from "./create-spa-auth.ts";

const AuthContext = createContext<SpaAuth | null>(null);

/** Keeps the session for as long as it is mounted. */
export function AuthProvider({ auth, children }: { auth: SpaAuth; children: ReactNode }): ReactNode {
  useEffect(() => auth.start(), [auth]);
  return <AuthContext value={auth}>{children}</AuthContext>;
}

/** The session, and what can be done with it. Renders again when it changes. */
export function useAuth(): AuthState & Pick<SpaAuth, "signIn" | "signOut" | "stay"> {
  const auth = useContext(AuthContext);
  if (auth === null) throw new Error("useAuth is used outside an AuthProvider");
  const state = useSyncExternalStore(auth.subscribe, auth.snapshot, auth.snapshot);
  return {
    ...state,
    signIn: (credentials) => auth.signIn(credentials),
    signOut: () => auth.signOut(),
    stay: () => {
      auth.stay();
    },
  };
}
