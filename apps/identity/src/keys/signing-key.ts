import type { SigningAlgorithm } from "@mullion/contracts/identity-clients";
import type { KeyRing } from "@mullion/token-store";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";

/** A private key with what its public half says: `kid`, `alg`, `use`. */
export type PrivateJwk = JWK & { kid: string };

const privateParts: ReadonlySet<string> = new Set(["d", "p", "q", "dp", "dq", "qi", "oth", "priv"]);

/** Makes a key. RSA takes a quarter of a second, on another thread. */
export async function createSigningKey(alg: SigningAlgorithm): Promise<PrivateJwk> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg, use: "sig" };
}

/** The half of a key that everybody may have. */
export function toPublicJwk(jwk: JWK): JWK {
  return Object.fromEntries(Object.entries(jwk).filter(([name]) => !privateParts.has(name)));
}

const contextOf = (kid: string): string => `signing-key:${kid}`;

/** The key as it is stored. */
export function sealKey(ring: KeyRing, jwk: PrivateJwk): string {
  return ring.seal(JSON.stringify(jwk), contextOf(jwk.kid));
}

/** Opens a stored key. Throws `TokenStoreError` `record_unreadable` when the key ring does not fit. */
export function openKey(ring: KeyRing, kid: string, sealed: string): PrivateJwk {
  return JSON.parse(ring.open(sealed, contextOf(kid))) as PrivateJwk;
}
