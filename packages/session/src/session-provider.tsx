import type { SessionView } from "@mullion/contracts";
import type { ReactNode } from "react";
import { useCallback, useLayoutEffect, useMemo, useState } from "react";
import { SWRConfig, useSWRConfig } from "swr";
import { BffError } from "./errors.ts";
import { SessionContext } from "./session-context.ts";
import { leaveForSignIn, signOut } from "./sign-out.ts";

interface SessionProviderProps {
  /** The session as the server saw it for this page; null for a visitor. */
  readonly session: SessionView | null;
  /** BFF data fetched for this page on the server, by path: first paint needs no request. */
  readonly initialData?: Readonly<Record<string, unknown>>;
  readonly children: ReactNode;
}

const noData: Readonly<Record<string, unknown>> = {};

/** Gives the session and the BFF's data to everything inside, host and remotes alike. Mounted once, by the host. */
export function SessionProvider({
  session,
  initialData = noData,
  children,
}: SessionProviderProps): ReactNode {
  const [ended, setEnded] = useState(false);
  const onUnauthenticated = useCallback((): void => {
    setEnded(true);
    leaveForSignIn();
  }, []);
  const onError = useCallback(
    (error: unknown): void => {
      if (error instanceof BffError && error.status === 401) onUnauthenticated();
    },
    [onUnauthenticated],
  );
  const visible = ended ? null : session;
  const state = useMemo(
    () => ({
      status: visible === null ? ("unauthenticated" as const) : ("authenticated" as const),
      session: visible,
      signOut,
      onUnauthenticated,
    }),
    [visible, onUnauthenticated],
  );
  const config = useMemo(
    // Data that came with the page is not fetched again on mount; focus and reconnect still refresh it.
    () => ({ fallback: initialData, revalidateIfStale: false, errorRetryInterval: 2_000, onError }),
    [initialData, onError],
  );
  return (
    <SessionContext value={state}>
      <SWRConfig value={config}>
        <InitialData data={initialData} />
        {children}
      </SWRConfig>
    </SessionContext>
  );
}

/** A client-side navigation brings newer data than the cache holds: put it there. */
function InitialData({ data }: { readonly data: Readonly<Record<string, unknown>> }): null {
  const { mutate } = useSWRConfig();
  useLayoutEffectInBrowser(() => {
    for (const [path, value] of Object.entries(data)) void mutate(path, value, { revalidate: false });
  }, [data, mutate]);
  return null;
}

// React warns about layout effects on the server, where there is nothing to lay out.
const useLayoutEffectInBrowser: typeof useLayoutEffect =
  typeof window === "undefined" ? () => undefined : useLayoutEffect;
