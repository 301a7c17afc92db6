import { RemoteProvider, SessionProvider } from "@mullion/session";
import type { ReactNode } from "react";
import Rollouts from "../src/rollouts/page.tsx";

/** The second page by itself, for development. */
export default function StandaloneRollouts(): ReactNode {
  return (
    <SessionProvider>
      <RemoteProvider name="admin">
        <Rollouts />
      </RemoteProvider>
    </SessionProvider>
  );
}
