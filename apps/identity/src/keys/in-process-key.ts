import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
} from "node:crypto";
import { promisify } from "node:util";
import type { SigningAlgorithm } from "@mullion/contracts/identity-clients";
import { ExternalSigningKey } from "oidc-provider";
import type { PrivateJwk } from "./signing-key.ts";

type Signer = (data: Uint8Array, key: SignKeyObjectInput) => Uint8Array | Promise<Uint8Array>;

const signOnAnotherThread = promisify(sign);

const signers = new Map<string | undefined, Signer>(
  Object.entries({
    ES256: (data, key) => sign("sha256", data, key),
    EdDSA: (data, key) => sign(null, data, key),
    RS256: (data, key) => signOnAnotherThread("sha256", data, key),
  } satisfies Record<SigningAlgorithm, Signer>),
);

/**
 * A signing key that the library hands to this module instead of signing with it itself. It signs with WebCrypto, which
 * takes every signature to another thread: that costs about as much again as the 30 to 40 µs that an ECDSA or EdDSA
 * signature takes here, at once. RSA takes ten times as long, and goes to the other thread.
 */
class InProcessKey extends ExternalSigningKey {
  readonly #jwk: PrivateJwk;
  readonly #public: KeyObject;
  readonly #private: SignKeyObjectInput;
  readonly #signer: Signer;

  constructor(jwk: PrivateJwk) {
    super();
    const signer = signers.get(jwk.alg);
    if (signer === undefined) throw new TypeError(`no key signs with ${String(jwk.alg)}`);
    this.#signer = signer;
    this.#jwk = jwk;
    const key = createPrivateKey({ key: { ...jwk }, format: "jwk" });
    this.#public = createPublicKey(key);
    // JWS wants the two numbers of an ECDSA signature side by side (RFC 7518 section 3.4).
    this.#private = { key, dsaEncoding: "ieee-p1363" };
  }

  override get kid(): string {
    return this.#jwk.kid;
  }

  override get alg(): string | undefined {
    return this.#jwk.alg;
  }

  override keyObject(): KeyObject {
    return this.#public;
  }

  override sign(data: Uint8Array): Uint8Array | Promise<Uint8Array> {
    return this.#signer(data, this.#private);
  }
}

/** A private key as the library takes it. */
export function inProcessKey(jwk: PrivateJwk): ExternalSigningKey {
  return new InProcessKey(jwk);
}
