import type { Scope } from "@mullion/contracts";
import { ProblemError, unavailable } from "@mullion/http-service";
import type { AccessTokenError } from "./errors.ts";

const realm = 'Bearer realm="mullion"';

/**
 * The answer to a request whose token was not accepted (RFC 6750 section 3): 401 when the token is at fault, 403 when it
 * is a good token without the scope, 503 when nobody can tell because the issuer is out of reach.
 */
export function toChallenge(error: AccessTokenError, scope: Scope): ProblemError {
  const { code, message: detail } = error;
  if (code === "keys_unavailable" || code === "introspection_unavailable") return unavailable(error, detail);
  if (code === "insufficient_scope") {
    return new ProblemError({
      status: 403,
      code,
      title: "Forbidden",
      detail,
      headers: { "www-authenticate": `${realm}, error="insufficient_scope", scope="${scope}"` },
      cause: error,
    });
  }
  return new ProblemError({
    status: 401,
    code,
    title: "Unauthorized",
    detail,
    // Without a token the challenge carries no error code (RFC 6750 section 3.1).
    headers: {
      "www-authenticate":
        code === "missing_token" ? realm : `${realm}, error="invalid_token", error_description="${detail}"`,
    },
    cause: error,
  });
}
