import type { SessionView } from "@mullion/contracts";
import type { ReactNode } from "react";
import { useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from "react";
import { SWRConfig, useSWRConfig } from "swr";
import { onErrorRetry } from "./retry.ts";
import { LifeContext, SessionContext } from "./session-context.ts";
import { SessionLife } from "./session-life.ts";
import { SessionOver } from "./session-over.tsx";
import { SessionPrompt } from "./session-prompt.tsx";

interface SessionProviderProps {
  /** The session as the server saw it for this page; null for a visitor. Left out, the server is asked. */
  readonly session?: SessionView | null;
  /** BFF data fetched for this page on the server, by path: first paint needs no request. */
  readonly initialData?: Readonly<Record<string, unknown>>;
  readonly children: ReactNode;
}

const noData: Readonly<Record<string, unknown>> = {};

/**
 * Gives the session and the BFF's data to everything inside, host and remotes alike; asks before the session ends, and
 * takes the page away when it has. Mounted once, by the host, or by a remote that runs alone.
 */
export function SessionProvider({
  session,
  initialData = noData,
  children,
}: SessionProviderProps): ReactNode {
  const [life] = useState(() => new SessionLife(session));
  const { subscribe, snapshot } = life.state;
  const current = useSyncExternalStore(subscribe, snapshot, snapshot);
  useEffect(() => life.start(), [life]);
  useEffect(() => {
    // Next's own error page comes without a session: that ends none.
    if (session !== undefined && session !== null) life.adopt(session);
  }, [life, session]);

  const { status, session: view, connection, prompt, closed } = current;
  const state = useMemo(
    () => ({ status, session: view, connection, signOut: () => life.signOut() }),
    [status, view, connection, life],
  );
  const config = useMemo(
    // Data that came with the page is not fetched again on mount; focus and reconnect still refresh it.
    () => ({ fallback: initialData, revalidateIfStale: false, onErrorRetry }),
    [initialData],
  );
  return (
    <LifeContext value={life}>
      <SessionContext value={state}>
        <SWRConfig value={config}>
          <CachedData data={initialData} isOver={closed !== null} />
          {closed === null ? children : <SessionOver {...closed} onSignIn={() => life.signInAgain()} />}
        </SWRConfig>
        {prompt !== null && <SessionPrompt deadline={prompt} life={life} />}
      </SessionContext>
    </LifeContext>
  );
}

interface CachedDataProps {
  readonly data: Readonly<Record<string, unknown>>;
  readonly isOver: boolean;
}

function CachedData({ data, isOver }: CachedDataProps): null {
  const { mutate } = useSWRConfig();
  // A client-side navigation brings newer data than the cache holds: put it there.
  useLayoutEffect(() => {
    for (const [path, value] of Object.entries(data)) void mutate(path, value, { revalidate: false });
  }, [data, mutate]);
  // What one person saw is not there for the next.
  useLayoutEffect(() => {
    if (isOver) void mutate(() => true, undefined, { revalidate: false });
  }, [isOver, mutate]);
  return null;
}
