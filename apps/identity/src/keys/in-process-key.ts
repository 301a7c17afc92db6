import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
} from "node:crypto";
import { promisify } from "node:util";
import { ExternalSigningKey } from "oidc-provider";
import type { PrivateJwk } from "./signing-key.ts";

const signOnAnotherThread = promisify(sign);

/**
 * A signing key that the library hands to this module instead of signing with it itself. It signs with WebCrypto, which
 * takes every signature to another thread: to hand it over and to be woken again costs several times the 30 µs that an
 * ECDSA or EdDSA signature takes here, at once. RSA takes ten times as long, and goes to the other thread.
 */
class InProcessKey extends ExternalSigningKey {
  readonly #jwk: PrivateJwk;
  readonly #public: KeyObject;
  readonly #private: SignKeyObjectInput;

  constructor(jwk: PrivateJwk) {
    super();
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
    switch (this.#jwk.alg) {
      case "ES256":
        return sign("sha256", data, this.#private);
      case "EdDSA":
        return sign(null, data, this.#private);
      case "RS256":
        return signOnAnotherThread("sha256", data, this.#private);
      default:
        throw new TypeError(`no key signs with ${String(this.#jwk.alg)}`);
    }
  }
}

/** A private key as the library takes it. */
export function inProcessKey(jwk: PrivateJwk): ExternalSigningKey {
  return new InProcessKey(jwk);
}
