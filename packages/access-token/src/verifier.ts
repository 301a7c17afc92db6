import { type AccessTokenClaims, accessTokenClaimsSchema } from "@mullion/contracts";
import { errors, jwtVerify } from "jose";
import { type AccessTokenCode, AccessTokenError } from "./errors.ts";
import { createKeySource, type KeySourceOptions } from "./key-source.ts";

/** What a resource server accepts: tokens of this issuer for this audience, or for one of these. */
export interface VerifierOptions extends KeySourceOptions {
  audience: string | readonly string[];
}

/** Verifies access tokens of one issuer. */
export interface Verifier {
  /**
   * The claims of a valid access token; rejects with `AccessTokenError` otherwise. `audience` narrows what the verifier
   * was made for to one of its audiences.
   */
  verify(token: string, audience?: string): Promise<AccessTokenClaims>;
  /** Resolves when the issuer's keys are at hand: a check for `/readyz`. */
  ready(): Promise<void>;
}

// Two machines' clocks may differ by this much.
const clockToleranceSeconds = 60;

function codeOf(error: unknown): AccessTokenCode {
  if (error instanceof errors.JWTExpired) return "expired_token";
  if (error instanceof errors.JWTClaimValidationFailed) return "invalid_token";
  return "malformed_token";
}

/**
 * A verifier of JWT access tokens (RFC 9068): ES256 and nothing else, `typ: at+jwt`, issuer, audience, expiry. Keys come
 * from the issuer's JWKS only; a key, or an address of one, inside the token is ignored.
 */
export function createVerifier({ audience, ...source }: VerifierOptions): Verifier {
  const keys = createKeySource(source);
  return {
    ready: () => keys.ready(),
    async verify(token, only) {
      const accepted = only ?? audience;
      try {
        const { payload } = await jwtVerify(token, keys.getKey, {
          algorithms: ["ES256"],
          typ: "at+jwt",
          issuer: source.issuer,
          audience: typeof accepted === "string" ? accepted : [...accepted],
          clockTolerance: clockToleranceSeconds,
          requiredClaims: ["exp", "iat", "sub", "client_id", "jti"],
        });
        const claims = accessTokenClaimsSchema.parse(payload);
        if (claims.iat > Date.now() / 1000 + clockToleranceSeconds)
          throw new AccessTokenError("invalid_token");
        return claims;
      } catch (error) {
        if (error instanceof AccessTokenError) throw error;
        throw new AccessTokenError(codeOf(error), error);
      }
    },
  };
}
