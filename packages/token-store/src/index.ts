export { TokenStoreError, type TokenStoreErrorCode } from "./errors.ts";
export { createKeyRing, type KeyRing } from "./key-ring.ts";
export {
  type SessionRecord,
  type StoredSession,
  sessionRecordSchema,
  type TokenSet,
  tokenSetSchema,
} from "./record.ts";
export { connectRedis } from "./redis.ts";
export { createSessionId, hashSessionId, isSessionId } from "./session-id.ts";
export { createTokenStore, type ReplaceResult, type TokenStore } from "./token-store.ts";
