import type { Role } from "@mullion/contracts";
import { stubModalDialogs } from "@mullion/ui/testing";
import { type ReactNode, useState } from "react";
import { SWRConfig } from "swr";
import { SessionProvider } from "../session-provider.tsx";

interface PaneProps {
  readonly roles?: readonly Role[];
  /** Data that came with the page, by path of the API. */
  readonly initialData?: Readonly<Record<string, unknown>>;
  readonly children: ReactNode;
}

// Far away whenever the test runs: nothing about the session happens by itself.
const later = "2099-03-10T08:00:00Z";

/** A remote's place in a shell of its own: a session, and a cache that no other test has touched. */
export function Pane({ roles = ["member"], initialData = {}, children }: PaneProps): ReactNode {
  const [given] = useState(() => {
    stubModalDialogs();
    return {
      data: initialData,
      session: {
        user: { id: "user-1", name: "Ada Lovelace", email: "ada@mullion.test" },
        roles: [...roles],
        expiresAt: later,
        idleExpiresAt: later,
      },
      cache: { provider: () => new Map(), dedupingInterval: 0 },
    };
  });
  return (
    <SWRConfig value={given.cache}>
      <SessionProvider session={given.session} initialData={given.data}>
        {children}
      </SessionProvider>
    </SWRConfig>
  );
}
