import type { ComponentType, ReactNode } from "react";
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { preload } from "react-dom";
import type { RemoteDescriptor } from "./descriptor.ts";
import { loadRemote, versioned } from "./load-remote.ts";
import { PaneBoundary } from "./pane-boundary.tsx";

/** What the host shows when a remote is not there. `retry` tries at once; the pane also retries by itself. */
export interface PaneFailure {
  readonly remote: RemoteDescriptor;
  readonly error: Error;
  retry(): void;
}

interface RemoteModuleProps {
  readonly remote: RemoteDescriptor;
  /** False when the server could not load it: server and browser then both begin with the fallback. */
  readonly available: boolean;
  readonly pending: ReactNode;
  readonly renderFailure: (failure: PaneFailure) => ReactNode;
}

/** Delay before the n-th attempt by itself, in milliseconds: 1, 2, 4, … at most 15 seconds. */
const retryDelayMs = (attempt: number): number => Math.min(1_000 * 2 ** attempt, 15_000);

const components = new Map<string, ComponentType>();

/** One lazy component per version and attempt: a `lazy` that failed stays failed, so each retry takes a new one. */
function componentFor(remote: RemoteDescriptor, attempt: number): ComponentType {
  const key = `${remote.container}/${remote.expose}#${attempt}`;
  const known = components.get(key);
  if (known !== undefined) return known;
  const component = lazy(() => loadRemote(remote));
  components.set(key, component);
  return component;
}

/** Renders one exposed module of a remote, on the server and in the browser, with fallback and recovery. */
export function RemoteModule(props: RemoteModuleProps): ReactNode {
  // The key gives each version its own state: failure and attempts of one pane say nothing about another.
  return <Pane key={`${props.remote.container}/${props.remote.expose}`} {...props} />;
}

const unavailableOnServer = new Error("The remote could not be loaded on the server.");

/** A numbered attempt at the remote, with the component that came of the last one that loaded. */
interface Attempt {
  readonly number: number;
  readonly Component: ComponentType;
}

function Pane({ remote, available, pending, renderFailure }: RemoteModuleProps): ReactNode {
  const [failure, setFailure] = useState<Error | null>(available ? null : unavailableOnServer);
  const [attempt, setAttempt] = useState<Attempt>(() => ({ number: 0, Component: componentFor(remote, 0) }));
  const retry = useCallback((): void => {
    void loadRemote(remote).then(
      () => {
        setAttempt(({ number }) => ({ number: number + 1, Component: componentFor(remote, number + 1) }));
        setFailure(null);
      },
      (error: unknown) => {
        setAttempt(({ number, Component }) => ({ number: number + 1, Component }));
        setFailure(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }, [remote]);
  useEffect(() => {
    if (failure === null) return;
    const timer = setTimeout(retry, retryDelayMs(attempt.number));
    return () => {
      clearTimeout(timer);
    };
  }, [failure, attempt, retry]);

  if (failure !== null) return renderFailure({ remote, error: failure, retry });
  const { Component } = attempt;
  const entry = { href: versioned(remote.browserEntry, remote), integrity: remote.browserEntryIntegrity };
  for (const script of [entry, ...remote.scripts]) {
    preload(script.href, { as: "script", crossOrigin: "anonymous", integrity: script.integrity });
  }
  return (
    <PaneBoundary onError={setFailure}>
      {remote.styles.map((style) => (
        <link
          key={style.href}
          rel="stylesheet"
          href={style.href}
          integrity={style.integrity}
          crossOrigin="anonymous"
          precedence="remote"
        />
      ))}
      <Suspense fallback={pending}>
        <Component />
      </Suspense>
    </PaneBoundary>
  );
}
