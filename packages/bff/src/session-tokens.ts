import type { StoredTokens } from "@mullion/token-store";
import { bffProblem } from "./errors.ts";
import { freshnessOf } from "./freshness.ts";
import { createRefreshSession, type RefreshSessionOptions } from "./refresh-session.ts";
import { storeProblem } from "./store-problem.ts";

/** Whether a person caused a call just now, which prolongs the session, or a timer did. */
export type Activity = "person" | "background";

/** Turns session ids into access tokens that are fresh enough to be used. */
export interface SessionTokens {
  /**
   * An access token of the session for one audience, refreshed when it is about to expire.
   * @throws {ProblemError} `no_session`, `session_ended` (401), `store_unavailable`, `identity_unavailable` (503).
   */
  getAccessToken(sessionId: string, audience: string, activity: Activity): Promise<string>;
  /**
   * Another token in place of one that the gateway refused before its time: identity says whether the sign-in goes on.
   * Null for a token that was brand new, where the fault lies elsewhere and asking again would never end.
   * @throws {ProblemError} as `getAccessToken` does.
   */
  replaceRefused(sessionId: string, audience: string, refused: string): Promise<string | null>;
  /** Resolves when no refresh is under way: a process that left earlier would lose what identity just rotated. */
  settled(): Promise<void>;
}

/** What the token source works with. */
export interface SessionTokensOptions extends Omit<RefreshSessionOptions, "now"> {
  /** Idle time of sessions: a use is recorded at most twenty times in it. */
  readonly idleTimeoutMs: number;
  /** Hears of failures that no caller waits for. */
  readonly onBackgroundError: (error: unknown) => void;
  readonly now?: () => number;
}

/** A token that is refused sooner than this after it came is not worth another. */
const newTokenMs = 10_000;
/** After a refresh in the background failed, the next one in this process is not tried sooner than this. */
const backgroundRetryMs = 2_000;

/**
 * Creates the token source of a front. However many requests, tabs and fronts ask, one refresh per session runs at a
 * time, and before expiry nobody waits for it.
 */
export function createSessionTokens(options: SessionTokensOptions): SessionTokens {
  const { store, idleTimeoutMs, onBackgroundError, now = Date.now } = options;
  const refreshSession = createRefreshSession({ ...options, now });
  const running = new Map<string, Promise<string>>();
  const background = new Set<Promise<unknown>>();
  let retryInBackgroundAt = 0;

  const inBackground = (work: Promise<unknown>): void => {
    const settled = work.catch(onBackgroundError).finally(() => background.delete(settled));
    background.add(settled);
  };

  const read = async (sessionId: string): Promise<StoredTokens> => {
    let stored: StoredTokens | null;
    try {
      stored = await store.readTokens(sessionId);
    } catch (error) {
      storeProblem(error);
    }
    if (stored === null) throw bffProblem("no_session", { detail: "There is no session for this cookie." });
    return stored;
  };

  /** Callers of this process share one refresh. */
  const refreshOnce = (sessionId: string, audience: string, refused?: string): Promise<string> => {
    const key = `${sessionId} ${audience} ${refused ?? ""}`;
    const shared = running.get(key);
    if (shared !== undefined) return shared;
    const started = refreshSession(sessionId, audience, refused).finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };

  const refreshEarly = async (sessionId: string, audience: string, current: string): Promise<void> => {
    const token = await refreshOnce(sessionId, audience);
    // The same token again: identity is away.
    if (token === current) retryInBackgroundAt = now() + backgroundRetryMs;
  };

  return {
    async getAccessToken(sessionId, audience, activity) {
      const { tokens, lastUsedAt } = await read(sessionId);
      const at = now();
      if (activity === "person" && at - lastUsedAt > idleTimeoutMs / 20) inBackground(store.touch(sessionId));
      const token = tokens.access[audience];
      const freshness = freshnessOf(token, at);
      if (token === undefined || freshness === "late") return refreshOnce(sessionId, audience);
      if (freshness === "early" && at >= retryInBackgroundAt) {
        inBackground(refreshEarly(sessionId, audience, token.token));
      }
      return token.token;
    },
    async replaceRefused(sessionId, audience, refused) {
      const token = (await read(sessionId)).tokens.access[audience];
      if (token !== undefined && token.token !== refused) return token.token;
      if (token !== undefined && now() - token.issuedAt < newTokenMs) return null;
      return refreshOnce(sessionId, audience, refused);
    },
    async settled() {
      await Promise.allSettled([...running.values(), ...background]);
    },
  };
}
