import { type Delegation, delegationSchema, type PublicKey } from "@mullion/contracts";
import { ReleaseSigningError } from "./errors.ts";
import { signDocument, verifyDocument } from "./signed-document.ts";
import { type SigningKey, thumbprintOf } from "./signing-key.ts";

const type = "mullion-delegation+jws";
// Clocks of the machine that signs and of those that verify differ by less.
const clockToleranceMs = 60_000;

/** A delegation whose signature, content and time were verified. */
export interface VerifiedDelegation extends Delegation {
  /** Name of the delegated key. */
  readonly thumbprint: string;
}

/** Says with the root key that a team's key may sign some remotes for some time. */
export async function signDelegation(delegation: Delegation, rootKey: SigningKey): Promise<string> {
  return signDocument(type, delegationSchema.parse(delegation), rootKey);
}

/**
 * The delegation in a JWS, when a root key signed it and it holds at `now`.
 * @throws {ReleaseSigningError}
 */
export async function verifyDelegation(
  jws: string,
  rootKeys: readonly PublicKey[],
  now: Date,
): Promise<VerifiedDelegation> {
  const delegation = await verifyDocument(jws, { type, keys: rootKeys, schema: delegationSchema });
  if (Date.parse(delegation.expiresAt) <= now.getTime()) throw new ReleaseSigningError("delegation_expired");
  if (Date.parse(delegation.issuedAt) > now.getTime() + clockToleranceMs) {
    throw new ReleaseSigningError("delegation_not_yet_valid");
  }
  return { ...delegation, thumbprint: await thumbprintOf(delegation.key) };
}
