import { SessionProvider } from "@mullion/session";
import type { ReactNode } from "react";
import App from "../src/app.tsx";

/** The remote by itself, for development: whoever has no session sees what it shows a visitor. */
export default function Standalone(): ReactNode {
  return (
    <SessionProvider session={null}>
      <App />
    </SessionProvider>
  );
}
