import { AccessTokenError, type Verifier, type VerifyToken } from "@mullion/access-token";
import { identityAudience } from "@mullion/contracts";
import { unavailable } from "@mullion/http-service";
import { errors } from "oidc-provider";
import type { ActiveTokens } from "./active-tokens.ts";

/**
 * Checks the tokens of requests to identity's own API. Whoever forwards a request here, its token must be for identity,
 * and must not have been revoked meanwhile: identity knows at no cost.
 */
export function verifyForOwnApi(verifier: Verifier, activeTokens: ActiveTokens): VerifyToken {
  return async (token) => {
    // First by itself, for an error that says what is wrong with it.
    if (token.includes(".")) await verifier.verify(token, identityAudience);
    const claims = await activeTokens.find(token).catch((error: unknown) => {
      throw error instanceof errors.TemporarilyUnavailable ? unavailable(error) : error;
    });
    if (claims === undefined) throw new AccessTokenError("inactive_token");
    if (claims.aud !== identityAudience) throw new AccessTokenError("invalid_token");
    return claims;
  };
}
