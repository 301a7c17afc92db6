import { overrideIssuer, overrideTokenType } from "@mullion/contracts";
import { calculateJwkThumbprint, importJWK, type JWK, SignJWT } from "jose";
import type { PrivateKey } from "./signing-key.ts";

/** What the token of an override says. */
export interface OverrideClaims {
  readonly id: string;
  readonly channel: string;
  readonly user: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** Signs override links and publishes the key to check them with. */
export interface OverrideSigner {
  sign(claims: OverrideClaims): Promise<string>;
  /** Public half, for `/.well-known/jwks.json`. */
  readonly publicKey: JWK;
}

const inSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** A signer with the registry's own key, named by its thumbprint (RFC 7638). */
export async function createOverrideSigner(privateKey: PrivateKey): Promise<OverrideSigner> {
  const key = await importJWK(privateKey, "ES256");
  const { kty, crv, x, y } = privateKey;
  const kid = await calculateJwkThumbprint({ kty, crv, x, y });
  return {
    publicKey: { kty, crv, x, y, kid, alg: "ES256", use: "sig" },
    sign: ({ id, channel, user, issuedAt, expiresAt }) =>
      new SignJWT()
        .setProtectedHeader({ alg: "ES256", kid, typ: overrideTokenType })
        .setIssuer(overrideIssuer)
        .setAudience(channel)
        .setSubject(user)
        .setJti(id)
        .setIssuedAt(inSeconds(issuedAt))
        .setExpirationTime(inSeconds(expiresAt))
        .sign(key),
  };
}
