import { once } from "node:events";
import type { Platform } from "@mullion/local";
import {
  connectRedis,
  createKeyRing,
  createTokenStore,
  hashSessionId,
  type StoredSession,
} from "@mullion/token-store";
import { importJWK, type JWK, type JWTPayload, SignJWT } from "jose";
import pg from "pg";

/** What the tests look up and change behind the platform's back: stored sessions and identity's audit log. */
export interface Records {
  session(sessionId: string): Promise<StoredSession | null>;
  /** The access tokens of a session. */
  accessTokens(sessionId: string): Promise<string[]>;
  /** Every token of a session. */
  tokens(sessionId: string): Promise<string[]>;
  refreshToken(sessionId: string): Promise<string>;
  /** Replaces the access tokens by ones that have expired, as if time had passed. */
  expireAccessTokens(sessionId: string): Promise<void>;
  /** Milliseconds until Redis forgets the session; negative when it has. */
  remainingMs(sessionId: string): Promise<number>;
  /** Lets the session's time run out within `ms`. */
  runOutIn(sessionId: string, ms: number): Promise<void>;
  /** Makes the session look as if nobody had used it for so long, with `idleMs` as its idle time. */
  pretendUnusedFor(sessionId: string, ms: number, idleMs: number): Promise<void>;
  /** Makes the session end in `ms` whatever is done. */
  endAbsolutelyIn(sessionId: string, ms: number): Promise<void>;
  /** Forgets how often passwords were tried: identity allows an address 100 a minute, and the tests have one. */
  forgetSignInAttempts(): Promise<void>;
  /** Makes a refresh token that was used look as if that had been longer ago than identity repeats its answer for. */
  endReplayWindow(refreshToken: string): Promise<void>;
  /** Every key and value that Redis holds, as text. */
  dump(): Promise<{ readonly keys: readonly string[]; readonly text: string }>;
  /** Rows of identity's audit log with this action about this user. */
  audited(action: string, userId: string): Promise<number>;
  /** A JWT with identity's own signature: what only identity, or whoever stole its key, could make. */
  signAsIdentity(claims: JWTPayload, header: { readonly typ?: string }): Promise<string>;
  close(): Promise<void>;
}

/** Opens the platform's stores with the keys it runs with. */
export async function openRecords(platform: Platform): Promise<Records> {
  const redis = connectRedis(platform.redisUrl, () => undefined);
  await once(redis, "ready");
  const store = createTokenStore(redis, createKeyRing(platform.secrets.sessionKeys), {
    idleTimeoutMs: 600_000,
  });
  const pool = new pg.Pool({ connectionString: platform.databases.identity, max: 1 });
  // A stop of Postgres by a test must not end the test's own process.
  pool.on("error", () => undefined);
  const recordKeyOf = async (sessionId: string): Promise<string> => {
    const [key = ""] = await redis.keys(`*{${hashSessionId(sessionId)}}:session`);
    return key;
  };
  const existing = async (sessionId: string): Promise<StoredSession> => {
    const stored = await store.read(sessionId);
    if (stored === null) throw new Error("there is no such session");
    return stored;
  };
  const accessTokens = async (sessionId: string): Promise<string[]> =>
    Object.values((await existing(sessionId)).tokens.access).map(({ token }) => token);
  const dumpKey = async (key: string): Promise<string> => {
    const type = await redis.type(key);
    if (type === "hash") return Object.entries(await redis.hgetall(key)).join("\n");
    if (type === "set") return (await redis.smembers(key)).join("\n");
    if (type === "zset") return (await redis.zrange(key, "0", "-1")).join("\n");
    if (type === "list") return (await redis.lrange(key, "0", "-1")).join("\n");
    return (await redis.get(key)) ?? "";
  };
  return {
    session: (sessionId) => store.read(sessionId),
    accessTokens,
    async tokens(sessionId) {
      const { refreshToken } = (await existing(sessionId)).tokens;
      return [...(await accessTokens(sessionId)), refreshToken ?? []].flat();
    },
    async refreshToken(sessionId) {
      const { refreshToken } = (await existing(sessionId)).tokens;
      if (refreshToken === null) throw new Error("the session has no refresh token");
      return refreshToken;
    },
    async expireAccessTokens(sessionId) {
      const { version, tokens, view } = await existing(sessionId);
      const expired = Object.entries(tokens.access).map(([audience, token]) => {
        const times = { issuedAt: Date.now() - 700_000, expiresAt: Date.now() - 100_000 };
        return [audience, { ...token, ...times }];
      });
      const access = Object.fromEntries(expired) as typeof tokens.access;
      await store.replace(sessionId, version, { tokens: { ...tokens, access }, view });
    },
    remainingMs: async (sessionId) => redis.pttl(await recordKeyOf(sessionId)),
    async runOutIn(sessionId, ms) {
      await redis.pexpire(await recordKeyOf(sessionId), ms);
    },
    async pretendUnusedFor(sessionId, ms, idleMs) {
      const key = await recordKeyOf(sessionId);
      const touched = Date.now() - ms;
      await redis.hset(key, { touched });
      await redis.pexpireat(key, touched + idleMs);
    },
    async endAbsolutelyIn(sessionId, ms) {
      const key = await recordKeyOf(sessionId);
      const absolute = Date.now() + ms;
      await redis.hset(key, { absolute });
      await redis.pexpireat(key, absolute);
    },
    async signAsIdentity(claims, header) {
      const { rows } = await pool.query<{ kid: string; sealed_jwk: string }>(
        "select kid, sealed_jwk from signing_keys where status = 'current'",
      );
      const { kid = "", sealed_jwk: sealed = "" } = rows[0] ?? {};
      const opened = createKeyRing(platform.secrets.identityKeyEncryption).open(sealed, `signing-key:${kid}`);
      const key = await importJWK(JSON.parse(opened) as JWK, "ES256");
      return new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid, ...header }).sign(key);
    },
    async forgetSignInAttempts() {
      const counters = await redis.keys("mullion:identity:limit:*");
      if (counters.length > 0) await redis.del(...counters);
    },
    async endReplayWindow(refreshToken) {
      const { rowCount } = await pool.query(
        `update refresh_tokens set consumed_at = consumed_at - interval '1 minute'
         where id_hash = sha256(convert_to($1, 'UTF8')) and consumed_at is not null`,
        [refreshToken],
      );
      if (rowCount !== 1) throw new Error("there is no such used refresh token");
    },
    async dump() {
      const keys = await redis.keys("*");
      const values = await Promise.all(keys.map(dumpKey));
      return { keys, text: [...keys, ...values].join("\n") };
    },
    async audited(action, userId) {
      const { rows } = await pool.query<{ count: string }>(
        "select count(*) from audit_log where action = $1 and user_id::text = $2",
        [action, userId],
      );
      return Number(rows[0]?.count);
    },
    async close() {
      redis.disconnect();
      await pool.end();
    },
  };
}
