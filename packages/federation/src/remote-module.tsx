import type { ReactNode } from "react";
import { lazy, Suspense, useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { preload } from "react-dom";
import type { ReleaseDescriptor, RemoteDescriptor } from "./descriptor.ts";
import { FederationError, type FederationErrorCode } from "./errors.ts";
import { emitPaneEvent } from "./events.ts";
import { forgetRemote } from "./forget-remote.ts";
import { loadRemote } from "./load-remote.ts";
import { lastFailureOf } from "./loading/known-versions.ts";
import { PaneBoundary } from "./pane-boundary.tsx";
import { componentFor, type PaneComponent } from "./remote-component.tsx";

/** What the host shows when a remote is not there. `retry` tries at once; the pane also retries by itself. */
export interface PaneFailure {
  readonly remote: RemoteDescriptor;
  readonly error: Error;
  retry(): void;
}

/** How the host draws a pane that is not there yet, or not at all. */
export interface PaneFrame {
  readonly pending: ReactNode;
  readonly renderFailure: (failure: PaneFailure) => ReactNode;
}

interface RemoteModuleProps extends PaneFrame {
  readonly remote: RemoteDescriptor;
  /** False when the server could not load it in time: the browser then does. */
  readonly available: boolean;
}

interface PaneProps extends PaneFrame {
  readonly remote: ReleaseDescriptor;
  readonly available: boolean;
}

/** Delay before the n-th attempt by itself, in milliseconds: 1, 2, 4, … at most 15 seconds. */
const retryDelayMs = (attempt: number): number => Math.min(1_000 * 2 ** attempt, 15_000);

/** Apart from the rest: visitors never load it. */
const DevelopmentPane = lazy(async () => {
  const module = await import("./development/development-pane.tsx");
  return { default: module.DevelopmentPane };
});

const nothing = (): (() => void) => () => undefined;

/** Renders one exposed module of a remote, on the server and in the browser, with fallback and recovery. */
export function RemoteModule({ remote, available, ...frame }: RemoteModuleProps): ReactNode {
  // The key gives each version its own state: failure and attempts of one pane say nothing about another.
  const key = `${remote.container}/${remote.expose}`;
  if (remote.kind === "development") {
    return (
      <Suspense key={key} fallback={frame.pending}>
        <DevelopmentPane remote={remote} {...frame} />
      </Suspense>
    );
  }
  return <Pane key={key} remote={remote} available={available} {...frame} />;
}

/** What webpack's runtime in a remote throws when a later file did not come. */
function isLaterFile(error: unknown): boolean {
  return error instanceof Error && /^Loading (?:CSS )?chunk /.test(error.message);
}

/** Why a pane that was on its way, or there, failed. */
function codeOf(error: unknown, container: string): FederationErrorCode {
  if (error instanceof FederationError) return error.code;
  return isLaterFile(error) ? (lastFailureOf(container) ?? "remote_unavailable") : "render_failed";
}

/** What a pane shows: nothing yet, a component, or why there is none. `number` counts the attempts. */
interface PaneState {
  readonly number: number;
  readonly Component: PaneComponent | null;
  readonly failure: Error | null;
}

function usePaneState(
  remote: ReleaseDescriptor,
  available: boolean,
): PaneState & { retry: () => void; fail: (error: unknown) => void } {
  const [state, setState] = useState<PaneState>(() => ({
    number: 0,
    Component: available ? componentFor(remote, 0) : null,
    failure: null,
  }));
  const fail = useCallback(
    (error: unknown): void => {
      emitPaneEvent({ kind: "failed", remote, code: codeOf(error, remote.container) });
      // A `lazy` in the remote's own code that failed stays failed: only code that is evaluated afresh asks for the file again.
      if (isLaterFile(error)) forgetRemote(remote.container);
      const failure = error instanceof Error ? error : new Error(String(error));
      setState(({ number }) => ({ number: number + 1, Component: null, failure }));
    },
    [remote],
  );
  const retry = useCallback((): void => {
    void loadRemote(remote).then(() => {
      setState(({ number }) => ({
        number,
        Component: componentFor(remote, number),
        failure: null,
      }));
    }, fail);
  }, [remote, fail]);
  return { ...state, retry, fail };
}

function Pane({ remote, available, pending, renderFailure }: PaneProps): ReactNode {
  const { number, Component, failure, retry, fail } = usePaneState(remote, available);
  const hydrating = useSyncExternalStore(
    nothing,
    () => false,
    () => true,
  );
  const [isFirst] = useState(hydrating);
  const [askedAt] = useState(() => (hydrating ? 0 : performance.now()));
  const isDrawn = useRef(isFirst && available);

  useEffect(() => {
    if (Component !== null) return;
    // What the server could not load in time is tried at once; after that with growing pauses.
    const timer = setTimeout(retry, failure === null ? 0 : retryDelayMs(number - 1));
    return () => {
      clearTimeout(timer);
    };
  }, [Component, failure, number, retry]);

  const shown = useCallback((): void => {
    const at = performance.now();
    emitPaneEvent({ kind: "shown", remote, loadMs: isDrawn.current ? null : at - askedAt, at, isFirst });
    isDrawn.current = false;
  }, [remote, isFirst, askedAt]);

  if (failure !== null) return renderFailure({ remote, error: failure, retry });
  const [base = ""] = remote.bases;
  for (const { path, integrity } of [remote.entry, ...remote.scripts]) {
    preload(`${base}${path}`, { as: "script", crossOrigin: "anonymous", integrity });
  }
  if (Component === null) return pending;
  return (
    <PaneBoundary onError={fail}>
      <Suspense fallback={pending}>
        <Component onShown={shown} />
      </Suspense>
    </PaneBoundary>
  );
}
