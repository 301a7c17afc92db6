import type { Role } from "./roles.ts";

export { csrfHeader } from "./csrf-header.ts";

/** Who is signed in. */
export interface SpaUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly roles: readonly Role[];
}

/** `POST /spa/:clientId/session` and `POST /spa/:clientId/session/refresh`: the refresh token is in a cookie, never here. */
export interface SpaSession {
  readonly accessToken: string;
  readonly tokenType: "Bearer";
  /** Seconds that the access token lives. */
  readonly expiresIn: number;
  /** What the token is good for, space-separated. */
  readonly scope: string;
  /** False while the address is unverified: the session ends with this access token. */
  readonly refreshable: boolean;
  readonly user: SpaUser;
}

/** What identity says no with, beside the codes every service has. */
export type SpaSessionCode =
  | "cross_site_request"
  | "invalid_credentials"
  | "no_session"
  | "session_moved"
  | "too_many_attempts";
