import { setTimeout as delay } from "node:timers/promises";
import { hasRole, type Scope, type SessionView } from "@mullion/contracts";
import type { FastifyBaseLogger } from "fastify";
import { ShellError } from "../errors.ts";
import { chooseVersion, composeVisit, type Visitor } from "./compose-visit.ts";
import { type LiveChannel, liveKeys, liveRelease, toLiveChannel } from "./live-remotes.ts";
import { createPastVersions } from "./past-versions.ts";
import { fetchChannel, fetchPastVersion, type RegistryClientOptions } from "./registry-client.ts";
import type { ReleaseBook } from "./release-book.ts";
import { createVisit, type Visit, versionOf } from "./visit.ts";

/** What is live in the channel, as last heard from the registry. */
export interface Composition {
  /** The versions that a visit sees. */
  visit(visitor: Visitor): Promise<Visit>;
  /** Scopes that the manifests of a remote's known versions declare; null for a remote that is not live. */
  scopesOf(remote: string): ReadonlySet<Scope> | null;
  /** Whether the rollout could have shown a version to this person, now or earlier. */
  mayHaveShown(view: SessionView, remote: string, version: string): Promise<boolean>;
  /**
   * Resolves as soon as the registry was heard once: before that nothing can be said about any path.
   * @throws {ShellError} `registry_unheard` when that takes longer than the time given.
   */
  known(withinMs: number): Promise<void>;
  close(): void;
}

const retryDelayMs = 1_000;

/** What following a channel takes. */
export interface CompositionOptions {
  readonly client: RegistryClientOptions;
  readonly book: ReleaseBook;
  readonly log: FastifyBaseLogger;
}

/**
 * Follows the channel: a change is known within a round trip. While the registry is away the last composition stays,
 * so that a lost registry costs nobody a page.
 */
export function followComposition({ client, book, log }: CompositionOptions): Composition {
  const closed = new AbortController();
  const isClosed = (): boolean => closed.signal.aborted;
  let live: LiveChannel | null = null;
  const heard = Promise.withResolvers<undefined>();
  const past = createPastVersions({
    ...{ book, log },
    fetch: async (remote, version) => fetchPastVersion(client, remote, version),
  });

  const apply = (next: LiveChannel): void => {
    book.keep(liveKeys(next));
    live = next;
    heard.resolve(undefined);
    log.info({ revision: next.revision, versions: describeChannel(next) }, "composition changed");
  };

  const follow = async (): Promise<void> => {
    while (!isClosed()) {
      try {
        const channel = await fetchChannel(client, live?.revision ?? null, closed.signal);
        if (channel !== null) apply(await toLiveChannel(channel, live, book));
      } catch (error) {
        if (isClosed()) return;
        log.warn({ err: error }, "the registry cannot be followed; keeping the last composition");
        await delay(retryDelayMs, undefined, { signal: closed.signal }).catch(() => undefined);
      }
    }
  };
  void follow();

  const liveRemote = (remote: string) => live?.remotes.find((candidate) => candidate.remote === remote);

  return {
    visit: async (visitor) => composeVisit(live ?? nothingLive, visitor, past),
    scopesOf: (remote) => {
      // Whose version asks nobody knows: visits may be pinned to any of them.
      if (liveRemote(remote) === undefined) return null;
      return book.scopesOf(remote);
    },
    mayHaveShown: async (view, remote, version) => {
      const current = liveRemote(remote);
      if (current === undefined) return false;
      // A version on trial is judged by those who are in the trial, and by nobody else.
      const isOnTrial = current.canary?.release.version === version;
      if (isOnTrial && versionOf(chooseVersion(current, view.user.id)) !== version) return false;
      const release = liveRelease(current, version) ?? (await past.find(remote, version));
      return release?.manifest.routes.some(({ roles }) => hasRole(view.roles, roles)) === true;
    },
    known: async (withinMs) => {
      // Every page asks; only those of a front that has just started have something to wait for.
      if (live !== null) return;
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

const nothingLive: LiveChannel = { revision: 0, remotes: [], withdrawn: new Set() };

function describeChannel({ remotes }: LiveChannel): Record<string, string> {
  const entries = remotes.map(({ remote, stable, canary }) => [
    remote,
    canary === null
      ? stable.version
      : `${stable.version}, to ${String(canary.percent)} % ${canary.release.version}`,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** The composition of an installation without a registry: no remote at all. */
export function emptyComposition(): Composition {
  return {
    visit: async ({ view }) => createVisit([], view?.roles ?? []),
    scopesOf: () => null,
    mayHaveShown: async () => false,
    known: async () => undefined,
    close: () => undefined,
  };
}
