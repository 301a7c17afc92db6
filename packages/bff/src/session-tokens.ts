import { type SessionView, sessionViewSchema } from "@mullion/contracts";
import type { StoredSession, TokenSet, TokenStore } from "@mullion/token-store";
import { TokenStoreError } from "@mullion/token-store";
import { decodeJwt } from "jose";
import { bffProblem } from "./errors.ts";
import type { RefreshedTokens, Refresher } from "./refresher.ts";

/** Turns session ids into access tokens that are fresh enough to be used. */
export interface SessionTokens {
  /**
   * An access token of the session, refreshed when it is about to expire.
   * @throws {ProblemError} `no_session`, `session_ended` (401), `store_unavailable`, `identity_unavailable` (503).
   */
  getAccessToken(sessionId: string): Promise<string>;
}

interface SessionTokensOptions {
  readonly store: TokenStore;
  readonly refresh: Refresher;
  readonly now?: () => number;
}

/** Refreshed this long before expiry, so that no request waits on a token that dies on its way. */
const refreshAheadMs = 30_000;

/** Of very short-lived tokens only the last fifth counts as "about to expire". */
function isFresh(tokens: TokenSet, now: number): boolean {
  const lifetime = tokens.accessTokenExpiresAt - tokens.accessTokenIssuedAt;
  return now < tokens.accessTokenExpiresAt - Math.min(refreshAheadMs, lifetime / 5);
}

/** Roles and name may have changed at identity: the view follows the ID token that came with the refresh. */
function refreshView(view: SessionView, idToken: string | undefined): SessionView {
  if (idToken === undefined) return view;
  // Came straight from the token endpoint over the connection the client authenticated (OIDC Core 3.1.3.7, rule 6).
  const claims = decodeJwt(idToken);
  const updated = sessionViewSchema.safeParse({
    ...view,
    roles: claims["roles"] ?? view.roles,
    user: { ...view.user, name: claims["name"] ?? view.user.name, email: claims["email"] ?? view.user.email },
  });
  return updated.success ? updated.data : view;
}

function refreshTokenSet(old: TokenSet, fresh: RefreshedTokens, now: number): TokenSet {
  return {
    ...old,
    accessToken: fresh.accessToken,
    refreshToken: fresh.refreshToken ?? old.refreshToken,
    idToken: fresh.idToken ?? old.idToken,
    scope: fresh.scope ?? old.scope,
    accessTokenIssuedAt: now,
    accessTokenExpiresAt: now + fresh.expiresInSeconds * 1_000,
  };
}

/** Creates the token source of a front: one refresh per session at a time in this process. */
export function createSessionTokens({ store, refresh, now = Date.now }: SessionTokensOptions): SessionTokens {
  const refreshing = new Map<string, Promise<string>>();

  const read = async (sessionId: string): Promise<StoredSession> => {
    const stored = await store.read(sessionId).catch((cause: unknown) => {
      if (cause instanceof TokenStoreError && cause.code === "store_unavailable") {
        throw bffProblem("store_unavailable", { detail: "Your session is kept. Try again shortly.", cause });
      }
      throw cause;
    });
    if (stored === null) throw bffProblem("no_session", { detail: "There is no session for this cookie." });
    return stored;
  };

  const stillValidOr = (stored: StoredSession, cause: unknown): string => {
    // Identity is away, but the token lives: the user notices nothing.
    if (now() < stored.tokens.accessTokenExpiresAt) return stored.tokens.accessToken;
    throw bffProblem("identity_unavailable", { detail: "Your session is kept. Try again shortly.", cause });
  };

  const refreshOnce = async (sessionId: string): Promise<string> => {
    // Read again under the single flight: somebody else may have refreshed between the first look and now.
    const stored = await read(sessionId);
    const { tokens } = stored;
    if (isFresh(tokens, now())) return tokens.accessToken;
    if (tokens.refreshToken === null) {
      if (now() < tokens.accessTokenExpiresAt) return tokens.accessToken;
      await store.delete(sessionId);
      throw bffProblem("session_ended", { detail: "The access token expired and cannot be refreshed." });
    }
    const outcome = await refresh(tokens.refreshToken);
    if (outcome.kind === "unavailable") return stillValidOr(stored, outcome.cause);
    if (outcome.kind === "ended") {
      await store.delete(sessionId);
      throw bffProblem("session_ended", { detail: "Identity ended this sign-in." });
    }
    const record = {
      tokens: refreshTokenSet(tokens, outcome.tokens, now()),
      view: refreshView(stored.view, outcome.tokens.idToken),
    };
    const result = await store.replace(sessionId, stored.version, record);
    if (result === "gone") throw bffProblem("session_ended", { detail: "The session was ended meanwhile." });
    // Stale: another writer was faster and its tokens are the newer ones.
    return result === "stale" ? (await read(sessionId)).tokens.accessToken : record.tokens.accessToken;
  };

  return {
    async getAccessToken(sessionId) {
      const { tokens } = await read(sessionId);
      if (isFresh(tokens, now())) return tokens.accessToken;
      const running = refreshing.get(sessionId);
      if (running !== undefined) return running;
      const started = refreshOnce(sessionId).finally(() => refreshing.delete(sessionId));
      refreshing.set(sessionId, started);
      return started;
    },
  };
}
