import type { SessionView } from "@mullion/contracts";
import type { RefreshedTokens, RefreshOutcome } from "../refresher.ts";

/** What a person types in. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Who signed in, as the session view shows it. */
export type Person = SessionView["user"] & Pick<SessionView, "roles">;

/**
 * `refused` whatever was wrong with the credentials: a backend's reasons tell strangers which names exist.
 * `unavailable` for everything that says nothing about them.
 */
export type SignInOutcome =
  | { readonly kind: "signed-in"; readonly tokens: RefreshedTokens; readonly person: Person }
  | { readonly kind: "refused" }
  | { readonly kind: "unavailable"; readonly cause: unknown };

/**
 * A backend that signs people in by username and password and issues tokens of its own, without being an
 * authorization server. It needs to know nothing of sessions.
 */
export interface CredentialsBackend {
  /** Exchanges credentials for tokens. Never throws: the outcome says what happened. */
  signIn(credentials: Credentials, signal: AbortSignal): Promise<SignInOutcome>;
  /** Exchanges a refresh token; a `Refresher` whose tokens have no audience. Never throws. */
  refresh(refreshToken: string): Promise<RefreshOutcome>;
  /**
   * Ends a sign-in: the refresh token opens nothing any more.
   * @throws {Error} when the backend does not confirm.
   */
  revoke(refreshToken: string): Promise<void>;
}
