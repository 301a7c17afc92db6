import { once } from "node:events";
import type { DemoAccount, Platform } from "@mullion/local";
import { createUserAgent } from "@mullion/testing";
import {
  connectRedis,
  createKeyRing,
  createSessionId,
  createTokenStore,
  type SessionRecord,
  type TokenStore,
} from "@mullion/token-store";
import pg from "pg";

/** The session store and identity's audit log, behind the platform's back. */
export interface SessionRecords {
  readonly store: TokenStore;
  /** Makes the session's access tokens expired ones. */
  expireAccessTokens(sessionId: string): Promise<void>;
  /** A further session with the same access token, and nothing of it at identity; returns its id. */
  copy(sessionId: string): Promise<string>;
  /** How often identity rotated a refresh token so far. */
  rotations(): Promise<number>;
  /** How often identity gave an answer again that it had given before. */
  repeatedAnswers(): Promise<number>;
  close(): Promise<void>;
}

const hourMs = 3_600_000;

/** Opens both with the keys the platform runs with. */
export async function openSessionRecords(platform: Platform): Promise<SessionRecords> {
  const redis = connectRedis(platform.redisUrl, () => undefined);
  await once(redis, "ready");
  const pool = new pg.Pool({ connectionString: platform.databases.identity, max: 1 });
  const keys = createKeyRing(platform.secrets.sessionKeys);
  const store = createTokenStore(redis, keys, { idleTimeoutMs: hourMs });
  const existing = async (sessionId: string): Promise<Awaited<ReturnType<TokenStore["read"]>> & object> => {
    const stored = await store.read(sessionId);
    if (stored === null) throw new Error("the session is gone");
    return stored;
  };
  async function audited(action: string): Promise<number> {
    const { rows } = await pool.query<{ count: string }>("select count(*) from audit_log where action = $1", [
      action,
    ]);
    return Number(rows[0]?.count);
  }

  return {
    store,
    async expireAccessTokens(sessionId) {
      const { version, tokens, view } = await existing(sessionId);
      const past = { issuedAt: Date.now() - hourMs, expiresAt: Date.now() - 1_000 };
      const access = Object.fromEntries(
        Object.entries(tokens.access).map(([audience, token]) => [audience, { ...token, ...past }]),
      );
      await store.replace(sessionId, version, { view, tokens: { ...tokens, access } });
    },
    async copy(sessionId) {
      const { tokens, view } = await existing(sessionId);
      const id = createSessionId();
      const record: SessionRecord = {
        view,
        tokens: { ...tokens, refreshToken: null, identitySid: null },
        device: { userAgent: "benchmark", ipAddress: "127.0.0.1", createdAt: Date.now() },
      };
      await store.create(id, record);
      return id;
    },
    rotations: () => audited("token.refresh_token"),
    repeatedAnswers: () => audited("token.replay"),
    async close() {
      redis.disconnect();
      await pool.end();
    },
  };
}

/** Signs a demo account in at the shell, as a browser would, and returns the session id. */
export async function sessionOf(platform: Platform, { email, password }: DemoAccount): Promise<string> {
  const agent = createUserAgent();
  await agent.submit(await agent.open(`${platform.shellUrl}/signin`), { email, password });
  const sessionId = await agent.cookie(platform.shellUrl, "__Host-mullion.sid");
  if (sessionId === undefined) throw new Error("the sign-in brought no session cookie");
  return sessionId;
}
