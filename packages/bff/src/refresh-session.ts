import { setTimeout as delay } from "node:timers/promises";
import type { AccessToken, RefreshLeases, StoredSession, TokenStore } from "@mullion/token-store";
import { applyRefresh } from "./apply-refresh.ts";
import { bffProblem } from "./errors.ts";
import { freshnessOf } from "./freshness.ts";
import type { Refresher } from "./refresher.ts";
import { storeProblem } from "./store-problem.ts";

/** What refreshing works with. */
export interface RefreshSessionOptions {
  readonly store: TokenStore;
  readonly leases: RefreshLeases;
  readonly refresh: Refresher;
  /**
   * Has a refresh token revoked that no session holds. Not needed where ending a sign-in ends all of its tokens, as at an
   * authorization server.
   */
  readonly discard?: (refreshToken: string) => Promise<void>;
  readonly now: () => number;
}

/** How long a caller waits for another front's refresh. */
const waitForOthersMs = 15_000;
const pollMs = 25;

/** Identity is away: a token that still lives is used, and the user notices nothing. */
function stillValidOr(token: AccessToken | null, now: number, cause: unknown): string {
  if (token !== null && now < token.expiresAt) return token.token;
  throw bffProblem("identity_unavailable", { detail: "Your session is kept. Try again shortly.", cause });
}

function ended(detail: string): Error {
  return bffProblem("session_ended", { detail });
}

/**
 * Creates the function that gets a session a fresh access token for an audience, from identity or from whichever
 * front was faster. A token that was `refused` does not count as fresh. One front at a time refreshes a session (the lease); whoever comes late finds another version
 * of the record and takes what is there.
 */
export function createRefreshSession(
  options: RefreshSessionOptions,
): (sessionId: string, audience: string, refused?: string) => Promise<string> {
  const { store, leases, refresh, discard, now } = options;

  const read = async (sessionId: string): Promise<StoredSession> => {
    const stored = await store.read(sessionId).catch(storeProblem);
    if (stored === null) throw ended("The session was ended meanwhile.");
    return stored;
  };

  const end = async (sessionId: string, detail: string): Promise<never> => {
    await store.delete(sessionId).catch(storeProblem);
    throw ended(detail);
  };

  /** The token for an audience, unless there is none or it is the one that was refused. */
  const usable = (stored: StoredSession, audience: string, refused?: string): AccessToken | null => {
    const token = stored.tokens.access[audience];
    return token === undefined || token.token === refused ? null : token;
  };

  /** The token, or null when somebody else wrote the record meanwhile: look again. */
  const refreshHoldingLease = async (
    sessionId: string,
    audience: string,
    refused?: string,
  ): Promise<string | null> => {
    // Read under the lease: somebody else may have refreshed between the caller's look and now.
    const stored = await read(sessionId);
    const token = usable(stored, audience, refused);
    if (token !== null && freshnessOf(token, now()) === "fresh") return token.token;
    const { refreshToken } = stored.tokens;
    if (refreshToken === null) {
      if (token !== null && now() < token.expiresAt) return token.token;
      return end(sessionId, "The access token expired and cannot be refreshed.");
    }
    const outcome = await refresh(refreshToken, audience);
    if (outcome.kind === "unavailable") return stillValidOr(token, now(), outcome.cause);
    if (outcome.kind === "ended") {
      // A holder that was taken for dead may have written since: its tokens are good, ours was the used one.
      if ((await read(sessionId)).version > stored.version) return null;
      return end(sessionId, "Identity ended this sign-in.");
    }
    const content = applyRefresh(stored, outcome.tokens, audience, now());
    const result = await store.replace(sessionId, stored.version, content).catch(storeProblem);
    if (result === "gone") {
      // Whoever ended the session knew, and had revoked, the refresh token from before the rotation.
      const { refreshToken: unheld } = outcome.tokens;
      if (unheld !== undefined) await discard?.(unheld).catch(storeProblem);
      throw ended("The session was ended meanwhile.");
    }
    return result === "stale" ? null : outcome.tokens.accessToken;
  };

  return async (sessionId, audience, refused) => {
    const giveUpAt = now() + waitForOthersMs;
    for (;;) {
      const lease = await leases.acquire(sessionId).catch(storeProblem);
      if (lease !== null) {
        const token = await refreshHoldingLease(sessionId, audience, refused).finally(() => lease.release());
        if (token !== null) return token;
      }
      await delay(pollMs * (1 + Math.random()));
      const token = usable(await read(sessionId), audience, refused);
      if (token !== null && freshnessOf(token, now()) !== "late") return token.token;
      if (now() > giveUpAt)
        return stillValidOr(token, now(), new Error("another front's refresh takes too long"));
    }
  };
}
