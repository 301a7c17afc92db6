import type { ComponentType, ReactNode } from "react";
import { useCallback, useEffect, useState } from "react";
import type { DevelopmentDescriptor } from "../descriptor.ts";
import { FederationError } from "../errors.ts";
import { PaneBoundary } from "../pane-boundary.tsx";
import type { PaneFrame } from "../remote-module.tsx";
import { type BuildState, followBuilds } from "./follow-builds.ts";
import { loadDevelopment } from "./load-development.ts";

interface Shown {
  readonly build: string;
  readonly Component: ComponentType;
}

/** Shows what a developer's own server builds, in the browser only, and shows it anew whenever it was built again. */
export function DevelopmentPane({
  remote,
  pending,
  renderFailure,
}: PaneFrame & { readonly remote: DevelopmentDescriptor }): ReactNode {
  const [latest, setLatest] = useState<BuildState>({ state: "building" });
  const [shown, setShown] = useState<Shown | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [attempt, setAttempt] = useState(0);
  const build = latest.state === "built" ? latest.build : null;

  useEffect(() => followBuilds(remote.url, setLatest), [remote.url]);

  useEffect(() => {
    if (build === null) return;
    let isStale = false;
    loadDevelopment(remote, build).then(
      (Component) => {
        if (isStale) return;
        setError(null);
        setShown({ build: `${build}#${attempt}`, Component });
      },
      (cause: unknown) => {
        if (!isStale) setError(cause instanceof Error ? cause : new Error(String(cause)));
      },
    );
    return () => {
      isStale = true;
    };
  }, [remote, build, attempt]);

  const retry = useCallback((): void => {
    setAttempt((number) => number + 1);
  }, []);
  const problem = problemOf(latest, remote.url) ?? error;
  if (problem !== null) return renderFailure({ remote, error: problem, retry });
  if (shown === null) return pending;
  const { Component } = shown;
  return (
    <PaneBoundary key={shown.build} onError={setError}>
      <Component />
    </PaneBoundary>
  );
}

function problemOf(latest: BuildState, url: string): Error | null {
  if (latest.state === "failed") return new FederationError("render_failed", latest.errors.join("\n"));
  if (latest.state !== "away") return null;
  return new FederationError(
    "remote_unavailable",
    `${url} does not answer. Start it with: mullion dev <remote>`,
  );
}
