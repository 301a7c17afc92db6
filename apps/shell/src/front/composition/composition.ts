import { setTimeout as delay } from "node:timers/promises";
import {
  type Channel,
  hasRole,
  type PlacedRelease,
  type RemoteRoute,
  type Role,
  type Scope,
} from "@mullion/contracts";
import type { FastifyBaseLogger } from "fastify";
import type { NavigationItem } from "../../bridge/protocol.ts";
import { ShellError } from "../errors.ts";
import type { ArtifactCache } from "./artifact-cache.ts";
import { fetchChannel, type RegistryClientOptions } from "./registry-client.ts";

/** A page's remote: the release that is live and the route of it that matched. */
export interface RoutedRemote {
  readonly release: PlacedRelease;
  readonly route: RemoteRoute;
}

/** What is live in the channel, as last heard from the registry. */
export interface Composition {
  /** The remote that serves a path, or null. */
  find(pathname: string): RoutedRemote | null;
  /** Entries whose pages the roles may open, in order. */
  navigationFor(roles: readonly Role[]): NavigationItem[];
  /** Scopes that a remote's manifest declares; null for one that is not live. */
  scopesOf(remote: string): ReadonlySet<Scope> | null;
  /** Origins that the files of its remotes come from. */
  artifactOrigins(): readonly string[];
  /**
   * Resolves as soon as the registry was heard once: before that nothing can be said about any path.
   * @throws {ShellError} `registry_unheard` when that takes longer than the time given.
   */
  known(withinMs: number): Promise<void>;
  close(): void;
}

const retryDelayMs = 1_000;

/**
 * Follows the channel: a change is known within a round trip. While the registry is away the last composition stays,
 * so that a lost registry costs nobody a page.
 */
export function followComposition(
  client: RegistryClientOptions,
  artifacts: ArtifactCache,
  log: FastifyBaseLogger,
): Composition {
  const closed = new AbortController();
  const isClosed = (): boolean => closed.signal.aborted;
  let channel: Channel | null = null;
  let routes: RoutedRemote[] = [];
  let scopes = new Map<string, ReadonlySet<Scope>>();
  let origins: string[] = [];

  const heard = Promise.withResolvers<undefined>();

  const apply = (next: Channel): void => {
    artifacts.admit(next.releases);
    routes = next.releases.flatMap((release) => release.manifest.routes.map((route) => ({ release, route })));
    scopes = new Map(next.releases.map(({ remote, manifest }) => [remote, new Set(manifest.scopes)]));
    origins = [...new Set(next.releases.map(({ baseUrl }) => new URL(baseUrl).origin))];
    channel = next;
    heard.resolve(undefined);
    const versions = Object.fromEntries(next.releases.map(({ remote, version }) => [remote, version]));
    log.info({ revision: next.revision, versions }, "composition changed");
  };

  const follow = async (): Promise<void> => {
    while (!isClosed()) {
      try {
        const next = await fetchChannel(client, channel?.revision ?? null, closed.signal);
        if (next !== null) apply(next);
      } catch (error) {
        if (isClosed()) return;
        log.warn({ err: error }, "the registry cannot be followed; keeping the last composition");
        await delay(retryDelayMs, undefined, { signal: closed.signal }).catch(() => undefined);
      }
    }
  };
  void follow();

  const find = (pathname: string): RoutedRemote | null =>
    routes.find(({ route }) => route.path === pathname) ?? null;

  return {
    find,
    navigationFor: (roles) =>
      (channel?.releases ?? [])
        .flatMap(({ manifest }) => manifest.navigation)
        .filter(({ path }) => hasRole(roles, find(path)?.route.roles ?? []))
        .sort((a, b) => a.order - b.order || a.label.localeCompare(b.label))
        .map(({ label, path, icon }) => ({ label, path, icon })),
    scopesOf: (remote) => scopes.get(remote) ?? null,
    artifactOrigins: () => origins,
    known: async (withinMs) => {
      // Every page asks; only those of a front that has just started have something to wait for.
      if (channel !== null) return;
      const ended = new AbortController();
      const late = delay(withinMs, undefined, { signal: ended.signal }).then(() => {
        throw new ShellError("registry_unheard", "The registry has not been heard yet.");
      });
      // The race leaves it behind when the registry was heard first; ending the timer rejects it.
      late.catch(() => undefined);
      try {
        await Promise.race([heard.promise, late]);
      } finally {
        ended.abort();
      }
    },
    close: () => {
      closed.abort();
    },
  };
}

/** The composition of an installation without a registry: no remote at all. */
export function emptyComposition(): Composition {
  return {
    find: () => null,
    navigationFor: () => [],
    scopesOf: () => null,
    artifactOrigins: () => [],
    known: async () => undefined,
    close: () => undefined,
  };
}
