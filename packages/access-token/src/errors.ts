/**
 * Why a token was not accepted. `keys_unavailable` says nothing about the token: the issuer's keys could not be read.
 */
export type AccessTokenCode =
  | "missing_token"
  | "malformed_token"
  | "expired_token"
  | "invalid_token"
  | "insufficient_scope"
  | "keys_unavailable"
  | "token_request_failed";

const messages: Record<AccessTokenCode, string> = {
  missing_token: "The request carries no access token.",
  malformed_token: "The access token is not one of this issuer's.",
  expired_token: "The access token has expired.",
  invalid_token: "The access token was not issued for this API.",
  insufficient_scope: "The access token does not carry the scope this needs.",
  keys_unavailable: "The keys of the issuer cannot be read.",
  token_request_failed: "The issuer gave no access token.",
};

/** An access token was not accepted, or none could be had. The message never repeats any part of it. */
export class AccessTokenError extends Error {
  readonly code: AccessTokenCode;

  constructor(code: AccessTokenCode, cause?: unknown) {
    super(messages[code], cause === undefined ? undefined : { cause });
    this.name = "AccessTokenError";
    this.code = code;
  }
}
