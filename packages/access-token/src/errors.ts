/**
 * Why a token was not accepted. `keys_unavailable` and `introspection_unavailable` say nothing about the token: the
 * issuer could not be asked.
 */
export type AccessTokenCode =
  | "missing_token"
  | "malformed_token"
  | "expired_token"
  | "invalid_token"
  | "inactive_token"
  | "insufficient_scope"
  | "keys_unavailable"
  | "introspection_unavailable"
  | "token_request_failed";

const messages: Record<AccessTokenCode, string> = {
  missing_token: "The request carries no access token.",
  malformed_token: "The access token is not one of this issuer's.",
  expired_token: "The access token has expired.",
  invalid_token: "The access token was not issued for this API.",
  inactive_token: "The access token was revoked or has expired.",
  insufficient_scope: "The access token does not carry the scope this needs.",
  keys_unavailable: "The keys of the issuer cannot be read.",
  introspection_unavailable: "The issuer cannot be asked about the access token.",
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
