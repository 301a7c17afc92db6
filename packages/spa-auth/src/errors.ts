/**
 * Why something could not be done. `no_session`: nobody is signed in, sign in again. `identity_unavailable`: nobody can
 * tell just now, the session stands and is tried again. `refused`: the application is set up wrongly.
 */
export type SpaAuthCode =
  | "foreign_address"
  | "identity_unavailable"
  | "invalid_credentials"
  | "no_session"
  | "refused"
  | "too_many_attempts";

/** A failure of signing in, refreshing, or calling the API. */
export class SpaAuthError extends Error {
  readonly code: SpaAuthCode;
  /** Seconds after which trying again makes sense, where the server said so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: SpaAuthCode,
    message: string,
    options: { retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "SpaAuthError";
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** True for an error of this package with this code. */
export function hasCode(error: unknown, code: SpaAuthCode): error is SpaAuthError {
  return error instanceof SpaAuthError && error.code === code;
}
