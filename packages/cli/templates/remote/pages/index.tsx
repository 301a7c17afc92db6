import { RemoteProvider, SessionProvider } from "@mullion/session";
import type { ReactNode } from "react";
import App from "../src/app.tsx";

/** The remote by itself, for development: it asks the shell that answers `/api` here for the session. */
export default function Standalone(): ReactNode {
  return (
    <SessionProvider>
      <RemoteProvider name="placeholder">
        <App />
      </RemoteProvider>
    </SessionProvider>
  );
}
