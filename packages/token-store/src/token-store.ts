import type { SessionView } from "@mullion/contracts";
import { available, execute } from "./available.ts";
import { isUnreadable, TokenStoreError } from "./errors.ts";
import type { KeyRing } from "./key-ring.ts";
import { recordKey, revokedChannel } from "./keys.ts";
import type {
  DeviceInfo,
  SessionContent,
  SessionHandle,
  SessionRecord,
  StoredDevice,
  StoredSession,
  StoredTokens,
  TokenSet,
} from "./record.ts";
import type { RedisClient } from "./redis.ts";
import { acknowledge } from "./redis-acknowledge.ts";
import { replaceScript, touchScript } from "./scripts.ts";
import { createSealedRecord } from "./sealed-record.ts";
import { hashSessionId } from "./session-id.ts";
import { createSessionIndex } from "./session-index.ts";
import { shareWrites } from "./shared-writes.ts";

/** What became of a conditional write. */
export type ReplaceResult = "written" | "stale" | "gone";

/** Sessions in Redis: sealed values under the hash of the session id. Every method throws {@link TokenStoreError}. */
export interface TokenStore {
  /** Stores a new session until it was idle for too long, and until `view.expiresAt` at the latest. */
  create(sessionId: string, record: SessionRecord): Promise<void>;
  /** One round trip; null when there is no such session. */
  read(sessionId: string): Promise<StoredSession | null>;
  /** Only what a call needs, one round trip. */
  readTokens(sessionId: string): Promise<StoredTokens | null>;
  /** Only what the browser may know; opens no token. */
  readView(sessionId: string): Promise<SessionView | null>;
  /** Writes over the version that was read. Never creates a session and never prolongs one. */
  replace(sessionId: string, readVersion: number, content: SessionContent): Promise<ReplaceResult>;
  /** Slides the idle expiry. False when there is no such session. */
  touch(sessionId: string): Promise<boolean>;
  /** Ends a session and tells every front. True when there was one. */
  delete(sessionId: string): Promise<boolean>;
  /** What identity knows a session by; null when there is no such session. */
  grantOf(handle: SessionHandle): Promise<Pick<TokenSet, "identitySid" | "refreshToken"> | null>;
  /** Ends a session by its handle. */
  revoke(handle: SessionHandle): Promise<boolean>;
  /** The live sessions of a user, most recently used first. */
  devicesOf(userId: string): Promise<StoredDevice[]>;
  /** The live sessions that a sign-in at identity began. */
  handlesOfSignIn(identitySid: string): Promise<SessionHandle[]>;
  /** The handles of those given whose sessions still live. */
  aliveAmong(handles: readonly SessionHandle[]): Promise<Set<SessionHandle>>;
}

/** How long sessions live. */
export interface TokenStoreOptions {
  /** A session ends when nobody used it for this long, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** Replicas that must hold a new session before its sign-in succeeds; 0 when left out. */
  readonly replicas?: number;
}

const replicationTimeoutMs = 500;

const formatVersion = "2";

/**
 * Creates the store. The client must have a `commandTimeout` and no offline queue, or a lost Redis becomes a hang.
 */
export function createTokenStore(
  redis: RedisClient,
  keys: KeyRing,
  { idleTimeoutMs, replicas = 0 }: TokenStoreOptions,
): TokenStore {
  const sealed = createSealedRecord(keys);
  const index = createSessionIndex(redis);
  const shareWrite = shareWrites(redis);

  const revoke = async (handle: SessionHandle): Promise<boolean> => {
    sealed.forget(handle);
    // Not in one transaction: a channel has no slot in a cluster. Fronts look again by themselves should one die here.
    const existed = (await available(redis.del(recordKey(handle)))) === 1;
    await available(redis.publish(revokedChannel, handle));
    return existed;
  };

  /** True when as many replicas as asked for hold the record. */
  const isReplicated = async (handle: SessionHandle): Promise<boolean> => {
    if (replicas === 0) return true;
    const wait = { replicas, timeoutMs: replicationTimeoutMs };
    return (await acknowledge(redis, recordKey(handle), wait)) >= replicas;
  };

  /** A device that cannot be read is listed without a name: its user must still be able to end it. */
  const openDevice = (handle: SessionHandle, device: string, touched: number): DeviceInfo => {
    try {
      return sealed.openDevice(handle, device);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return { userAgent: "", ipAddress: "", createdAt: touched };
    }
  };

  const readDevice = async (handle: SessionHandle): Promise<StoredDevice | null> => {
    const fields = await available(redis.hmget(recordKey(handle), "device", "touched", "absolute"));
    const [device, touched, absolute] = fields;
    if (!device || !touched || !absolute) return null;
    return {
      ...openDevice(handle, device, Number(touched)),
      handle,
      lastUsedAt: Number(touched),
      expiresAt: Number(absolute),
    };
  };

  return {
    async create(sessionId, { device, ...content }) {
      const handle = hashSessionId(sessionId);
      const now = Date.now();
      const absolute = Date.parse(content.view.expiresAt);
      await index.add("user", content.view.user.id, handle, absolute);
      const { identitySid } = content.tokens;
      if (identitySid !== null) await index.add("sign-in", identitySid, handle, absolute);
      const fields = {
        ...{ format: formatVersion, version: 1, absolute, touched: now },
        ...sealed.seal(handle, content),
        device: sealed.sealDevice(handle, device),
      };
      const expiresAt = Math.min(now + idleTimeoutMs, absolute);
      await execute(redis.multi().hset(recordKey(handle), fields).pexpireat(recordKey(handle), expiresAt));
      if (await isReplicated(handle)) return;
      await revoke(handle);
      throw new TokenStoreError("store_unavailable", `Fewer than ${replicas} replicas hold the new session.`);
    },

    async read(sessionId) {
      const handle = hashSessionId(sessionId);
      const fields = await available(redis.hmget(recordKey(handle), "version", "tokens", "view"));
      const [version, tokens, view] = fields;
      if (!version || !tokens || !view) return null;
      return {
        version: Number(version),
        tokens: sealed.openTokens(handle, tokens),
        view: sealed.openView(handle, view),
      };
    },

    async readTokens(sessionId) {
      const handle = hashSessionId(sessionId);
      shareWrite();
      const fields = await available(redis.hmget(recordKey(handle), "version", "tokens", "touched"));
      const [version, tokens, touched] = fields;
      if (!version || !tokens || !touched) {
        sealed.forget(handle);
        return null;
      }
      return {
        version: Number(version),
        tokens: sealed.openTokens(handle, tokens),
        lastUsedAt: Number(touched),
      };
    },

    async readView(sessionId) {
      const handle = hashSessionId(sessionId);
      const fields = await available(redis.hmget(recordKey(handle), "view", "touched", "absolute"));
      const [view, touched, absolute] = fields;
      if (!view || !touched || !absolute) return null;
      const idleExpiresAt = Math.min(Number(touched) + idleTimeoutMs, Number(absolute));
      return {
        ...sealed.openView(handle, view),
        idleExpiresAt: new Date(idleExpiresAt).toISOString(),
      };
    },

    async replace(sessionId, readVersion, content) {
      const handle = hashSessionId(sessionId);
      const { tokens, view } = sealed.seal(handle, content);
      const result = await available(
        redis.eval(replaceScript, 1, recordKey(handle), String(readVersion), tokens, view),
      );
      if (result === 1) {
        // Identity has rotated and there is no way back: held up while replicas answer, given out in any case.
        await isReplicated(handle).catch(() => false);
        return "written";
      }
      return result === 0 ? "stale" : "gone";
    },

    async touch(sessionId) {
      const key = recordKey(hashSessionId(sessionId));
      return (await available(redis.eval(touchScript, 1, key, Date.now(), idleTimeoutMs))) === 1;
    },

    async delete(sessionId) {
      return revoke(hashSessionId(sessionId));
    },
    revoke,

    async grantOf(handle) {
      const tokens = await available(redis.hget(recordKey(handle), "tokens"));
      return tokens === null ? null : sealed.openTokens(handle, tokens);
    },

    async devicesOf(userId) {
      const handles = await index.list("user", userId);
      const devices = await Promise.all(handles.map(readDevice));
      const live = devices.filter((device) => device !== null);
      const dead = handles.filter((_handle, at) => devices[at] === null);
      await index.remove("user", userId, dead);
      return live.sort((one, other) => other.lastUsedAt - one.lastUsedAt);
    },

    handlesOfSignIn: (identitySid) => index.list("sign-in", identitySid),

    async aliveAmong(handles) {
      const found = await Promise.all(handles.map((handle) => available(redis.exists(recordKey(handle)))));
      return new Set(handles.filter((_handle, at) => found[at] === 1));
    },
  };
}
