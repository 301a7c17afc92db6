import type { ReactNode } from "react";
import { RemoteContext } from "./session-context.ts";

interface RemoteProviderProps {
  /** Name in the remote's `mullion.remote.json`. */
  readonly name: string;
  readonly children: ReactNode;
}

/** Put around each remote by the host: calls made inside say which remote makes them, and the front holds it to its scopes. */
export function RemoteProvider({ name, children }: RemoteProviderProps): ReactNode {
  return <RemoteContext value={name}>{children}</RemoteContext>;
}
