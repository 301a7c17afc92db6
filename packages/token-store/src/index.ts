export { isUnreadable, TokenStoreError, type TokenStoreErrorCode } from "./errors.ts";
export { createKeyRing, type KeyRing } from "./key-ring.ts";
export {
  type AccessToken,
  type DeviceInfo,
  type SessionContent,
  type SessionHandle,
  type SessionRecord,
  type StoredDevice,
  type StoredSession,
  type StoredTokens,
  sessionRecordSchema,
  storedViewSchema,
  type TokenSet,
} from "./record.ts";
export { connectRedis, type RedisClient } from "./redis.ts";
export { redisUrlSchema } from "./redis-url.ts";
export { createRefreshLeases, type RefreshLease, type RefreshLeases } from "./refresh-lease.ts";
export { followRevocations, type RevocationListener } from "./revocations.ts";
export { createSeenOnce, type SeenOnce } from "./seen-once.ts";
export { createSessionId, hashSessionId, isSessionId } from "./session-id.ts";
export { createSignOutQueue, type PendingSignOut, type SignOutQueue } from "./sign-out-queue.ts";
export {
  createTokenStore,
  type ReplaceResult,
  type TokenStore,
  type TokenStoreOptions,
} from "./token-store.ts";
