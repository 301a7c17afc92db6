import { AuthorizationResponseError, ClientError, ResponseBodyError } from "openid-client";

/** Providers that people may sign in with. */
export type UpstreamId = "google" | "github";

/** Who signed in, as the upstream provider says. */
export interface UpstreamUser {
  issuer: string;
  /** Never given to somebody else by this issuer. */
  subject: string;
  /** In lower case; only an address that the provider has verified. */
  verifiedEmail: string | undefined;
  /** An address to show, verified or not. */
  email: string | undefined;
  name: string | undefined;
}

/** What ties an answer to the request that asked for it. */
export interface RequestChecks {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** A provider that people may sign in with. */
export interface Upstream {
  id: UpstreamId;
  /** As people know it. */
  name: string;
  /** Where to send the browser. */
  authorizationUrl(redirectUri: string, checks: RequestChecks): Promise<URL>;
  /** Redeems what the browser came back with; `callback` is the redirect URI with its query. Rejects with `UpstreamError`. */
  userOf(callback: URL, checks: RequestChecks): Promise<UpstreamUser>;
}

/** `denied`: the user did not want to. `unavailable`: try again. `invalid`: the answer does not fit the request. */
export type UpstreamErrorCode = "denied" | "unavailable" | "invalid";

/** Why signing in with another provider did not work. The message names the reason, never a code or a token. */
export class UpstreamError extends Error {
  readonly code: UpstreamErrorCode;

  constructor(code: UpstreamErrorCode, reason: string) {
    super(reason);
    this.code = code;
  }
}

function codeOf(error: unknown): UpstreamErrorCode {
  if (error instanceof AuthorizationResponseError) {
    if (error.error === "access_denied") return "denied";
    return error.error === "server_error" || error.error === "temporarily_unavailable"
      ? "unavailable"
      : "invalid";
  }
  if (error instanceof ResponseBodyError) return error.status >= 500 ? "unavailable" : "invalid";
  if (error instanceof ClientError) {
    const { cause } = error;
    const answered = cause instanceof Response ? cause.status < 500 : error.code !== "OAUTH_TIMEOUT";
    return answered ? "invalid" : "unavailable";
  }
  // `fetch` rejects with it when there is no connection.
  return error instanceof TypeError ? "unavailable" : "invalid";
}

/**
 * Turns what the OpenID client throws into an `UpstreamError`. Its own errors hold the answer as `cause`, and with it
 * codes and tokens: they are not passed on.
 */
export function toUpstreamError(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const reason =
    error instanceof AuthorizationResponseError || error instanceof ResponseBodyError
      ? error.error
      : error instanceof Error
        ? error.message
        : "unknown";
  return new UpstreamError(codeOf(error), reason);
}

/** Where an upstream provider sends the browser back to; to be registered there exactly so. */
export function redirectUriOf(issuer: string, upstream: UpstreamId): string {
  return `${issuer}/federation/${upstream}/callback`;
}
