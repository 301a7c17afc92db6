export { signDelegation, type VerifiedDelegation, verifyDelegation } from "./delegation.ts";
export { type ReleaseSigningCode, ReleaseSigningError } from "./errors.ts";
export {
  decodeReleaseSigner,
  type SignedVersion,
  signRelease,
  type VerifiedRelease,
  verifyPlacedVersion,
  verifyRelease,
} from "./release.ts";
export { rootKeysSchema } from "./root-keys.ts";
export {
  algorithmOf,
  createSigningKey,
  parseSigningKey,
  publicKeyOf,
  type SigningAlgorithm,
  type SigningKey,
  thumbprintOf,
} from "./signing-key.ts";
