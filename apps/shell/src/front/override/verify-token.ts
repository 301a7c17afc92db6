import { createHash } from "node:crypto";
import { overrideIssuer, overrideTokenType } from "@mullion/contracts";
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";

/** What a verified token says. */
export interface OverrideClaims {
  readonly id: string;
  readonly user: string;
  /** In milliseconds. */
  readonly expiresAt: number;
}

/** Verifies tokens of override links. */
export interface OverrideVerifier {
  /** The claims of a token that the registry issued for this channel and that holds; null for any other. */
  verify(token: string): Promise<OverrideClaims | null>;
}

const claimsSchema = z.object({ jti: z.uuid(), sub: z.string().min(1), exp: z.number() });

const rememberedTokens = 1_000;

/** Keys of the registry, fetched when they are first needed, and again when one is not known. */
export function registryKeys(registryUrl: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL("/.well-known/jwks.json", registryUrl), { timeoutDuration: 1_500 });
}

/**
 * Creates the verifier. A token is good for the channel it was issued for, and its signature is compared once.
 * @throws whatever kept the keys from being fetched: that says nothing about the token.
 */
export function createOverrideVerifier(keys: JWTVerifyGetKey, channel: string): OverrideVerifier {
  const remembered = new Map<string, OverrideClaims>();

  const check = async (token: string): Promise<OverrideClaims | null> => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ["ES256"],
        typ: overrideTokenType,
        issuer: overrideIssuer,
        audience: channel,
        requiredClaims: ["exp", "sub", "jti"],
      });
      const { jti, sub, exp } = claimsSchema.parse(payload);
      return { id: jti, user: sub, expiresAt: exp * 1_000 };
    } catch (error) {
      const isAway = error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError);
      if (isAway && !(error instanceof z.ZodError)) throw error;
      return null;
    }
  };

  return {
    async verify(token) {
      const key = createHash("sha256").update(token).digest("base64url");
      const claims = remembered.get(key) ?? (await check(token));
      if (claims === null || claims.expiresAt <= Date.now()) return null;
      if (remembered.size >= rememberedTokens) remembered.clear();
      remembered.set(key, claims);
      return claims;
    },
  };
}
