import type { SessionView } from "@mullion/contracts";
import { sessionViewSchema } from "@mullion/contracts";
import type { Redis } from "ioredis";
import { TokenStoreError } from "./errors.ts";
import type { KeyRing } from "./key-ring.ts";
import { type SessionRecord, type StoredSession, tokenSetSchema } from "./record.ts";
import { replaceScript } from "./scripts.ts";
import { hashSessionId } from "./session-id.ts";

/** What became of a conditional write. */
export type ReplaceResult = "written" | "stale" | "gone";

/** Sessions in Redis: sealed values under the hash of the session id. Every method throws {@link TokenStoreError}. */
export interface TokenStore {
  /** Stores a new session until `view.expiresAt`. */
  create(sessionId: string, record: SessionRecord): Promise<void>;
  /** One round trip; null when there is no such session. */
  read(sessionId: string): Promise<StoredSession | null>;
  /** Only what the browser may know; opens no token. */
  readView(sessionId: string): Promise<SessionView | null>;
  /** Writes over the version that was read. Never creates a session and never prolongs one. */
  replace(sessionId: string, readVersion: number, record: SessionRecord): Promise<ReplaceResult>;
  /** True when there was one. */
  delete(sessionId: string): Promise<boolean>;
}

const formatVersion = "1";

/** The braces make every key of one session fall on one cluster node, so that scripts may touch several. */
function recordKey(hash: string): string {
  return `mullion:{${hash}}:session`;
}

async function available<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (cause) {
    throw new TokenStoreError("store_unavailable", "The session store does not answer.", { cause });
  }
}

/**
 * Creates the store. The client must have a `commandTimeout` and no offline queue, or a lost Redis becomes a hang.
 */
export function createTokenStore(redis: Redis, keys: KeyRing): TokenStore {
  const seal = (hash: string, record: SessionRecord): { tokens: string; view: string } => ({
    tokens: keys.seal(JSON.stringify(record.tokens), `${hash}:tokens`),
    view: keys.seal(JSON.stringify(record.view), `${hash}:view`),
  });
  const openView = (hash: string, sealed: string): SessionView =>
    sessionViewSchema.parse(JSON.parse(keys.open(sealed, `${hash}:view`)));

  return {
    async create(sessionId, record) {
      const hash = hashSessionId(sessionId);
      const sealed = seal(hash, record);
      const write = redis
        .multi()
        .hset(recordKey(hash), { format: formatVersion, version: 1, ...sealed })
        .pexpireat(recordKey(hash), Date.parse(record.view.expiresAt))
        .exec();
      await available(write);
    },

    async read(sessionId) {
      const hash = hashSessionId(sessionId);
      const fields = await available(redis.hmget(recordKey(hash), "version", "tokens", "view"));
      const [version, tokens, view] = fields;
      if (!version || !tokens || !view) return null;
      return {
        version: Number(version),
        tokens: tokenSetSchema.parse(JSON.parse(keys.open(tokens, `${hash}:tokens`))),
        view: openView(hash, view),
      };
    },

    async readView(sessionId) {
      const hash = hashSessionId(sessionId);
      const view = await available(redis.hget(recordKey(hash), "view"));
      return view === null ? null : openView(hash, view);
    },

    async replace(sessionId, readVersion, record) {
      const hash = hashSessionId(sessionId);
      const sealed = seal(hash, record);
      const result = await available(
        redis.eval(replaceScript, 1, recordKey(hash), String(readVersion), sealed.tokens, sealed.view),
      );
      if (result === 1) return "written";
      return result === 0 ? "stale" : "gone";
    },

    async delete(sessionId) {
      return (await available(redis.del(recordKey(hashSessionId(sessionId))))) === 1;
    },
  };
}
