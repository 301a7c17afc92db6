import { createVerifier, type Verifier } from "@mullion/access-token";
import type { KeySet, SigningKeys } from "./signing-keys.ts";

/**
 * Verifies identity's own tokens with the keys of this moment: one that was dropped verifies nothing from then on. The
 * keys are here; asking for them over the network would only add a way to fail.
 */
export function createOwnVerifier(options: {
  issuer: string;
  audience: readonly string[];
  keys: SigningKeys;
}): Verifier {
  const { issuer, audience, keys } = options;
  const made = new WeakMap<KeySet, Verifier>();

  function verifier(): Verifier {
    const { current } = keys;
    const known = made.get(current);
    if (known !== undefined) return known;
    const fetch = async (): Promise<Response> => Response.json({ keys: current.publicJwks });
    const fresh = createVerifier({ issuer, audience, jwksUri: `${issuer}/jwks`, fetch });
    made.set(current, fresh);
    return fresh;
  }

  return {
    verify: (token, only) => verifier().verify(token, only),
    ready: () => verifier().ready(),
  };
}
