/** Why a signed document is not believed, or a key not used. */
export type ReleaseSigningCode =
  | "algorithm_refused"
  | "delegation_expired"
  | "delegation_not_yet_valid"
  | "key_invalid"
  | "other_remote"
  | "other_version"
  | "payload_invalid"
  | "remote_not_delegated"
  | "signature_invalid"
  | "unknown_key"
  | "unsigned";

const messages: Record<ReleaseSigningCode, string> = {
  algorithm_refused: "The signature's algorithm is not the one of the key.",
  delegation_expired:
    "The delegation of the key has expired. Have the platform's root key delegate it again.",
  delegation_not_yet_valid: "The delegation of the key begins later. Check the clocks.",
  key_invalid: "This is no signing key. An Ed25519 or P-256 key as a JWK is needed.",
  other_remote: "The signed release is of another remote than the one it was given for.",
  other_version: "The signed release is another version than the one it was given for.",
  payload_invalid: "What was signed is not what it should be.",
  remote_not_delegated: "The key may not sign this remote. Have the platform's root key delegate it.",
  signature_invalid: "The signature does not fit the content: it was altered, or signed with another key.",
  unknown_key: "The key that signed is not known here.",
  unsigned: "There is no signature.",
};

/** A signed document was not believed. The message says why and repeats nothing of the content. */
export class ReleaseSigningError extends Error {
  readonly code: ReleaseSigningCode;

  constructor(code: ReleaseSigningCode, cause?: unknown) {
    super(messages[code], cause === undefined ? undefined : { cause });
    this.name = "ReleaseSigningError";
    this.code = code;
  }
}
