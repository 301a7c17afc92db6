/** Why a record could not be read or written. */
export type TokenStoreErrorCode =
  | "store_unavailable"
  | "record_unreadable"
  | "bad_key_ring"
  | "bad_redis_url";

/** A failure of the session store. `store_unavailable` passes; the others want an operator. */
export class TokenStoreError extends Error {
  readonly code: TokenStoreErrorCode;

  constructor(code: TokenStoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "TokenStoreError";
    this.code = code;
  }
}

/** True for what is there and cannot be opened: sealed by a key that is gone, altered, or in a shape of another version. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof TokenStoreError && error.code === "record_unreadable";
}
