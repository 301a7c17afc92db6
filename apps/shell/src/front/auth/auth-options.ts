import {
  createSessionId,
  hashSessionId,
  isSessionId,
  type SessionRecord,
  sessionRecordSchema,
  type TokenStore,
} from "@mullion/token-store";
import type { FastifyBaseLogger } from "fastify";
import type { Account, AuthOptions, Profile } from "next-auth";
import type { ShellEnv } from "../env.ts";
import type { SessionEnder } from "../session/end-session.ts";
import { cookiesOptions } from "./cookies.ts";
import { safeReturnPath } from "./return-path.ts";

/** What NextAuth is configured with. */
export interface AuthDependencies {
  readonly env: Pick<ShellEnv, "NEXTAUTH_SECRET" | "SESSION_TTL_SECONDS" | "SHELL_ORIGIN">;
  readonly store: TokenStore;
  readonly sessions: SessionEnder;
  readonly log: FastifyBaseLogger;
}

/** Who is signing in or out. */
export interface Visitor {
  /** The session that the browser had before. */
  readonly sessionId: string | null;
  readonly userAgent: string;
  readonly ipAddress: string;
}

/** One way of signing in, for one request. */
export interface SignInMethod {
  readonly provider: AuthOptions["providers"][number];
  /** The session to begin, once NextAuth has let the visitor in. Throws when what it got is not enough for one. */
  toRecord(signedIn: { account: Account | null; profile?: Profile | undefined }): SessionRecord;
}

/**
 * NextAuth's options for one request. The "JWT" it keeps in the cookie is our session id: `encode` stores the token
 * set under a fresh id, `decode` gives the id back; nothing else is ever written to the browser.
 */
export function authOptions(
  dependencies: AuthDependencies,
  visitor: Visitor,
  method: SignInMethod,
): AuthOptions {
  const { env, store, sessions, log } = dependencies;
  return {
    secret: env.NEXTAUTH_SECRET,
    useSecureCookies: true,
    cookies: cookiesOptions(),
    session: { strategy: "jwt", maxAge: env.SESSION_TTL_SECONDS },
    pages: { signIn: "/signin", signOut: "/", error: "/sign-in-failed" },
    providers: [method.provider],
    callbacks: {
      redirect: ({ url }) => env.SHELL_ORIGIN + safeReturnPath(url, env.SHELL_ORIGIN),
      jwt: ({ account, profile }) => ({ record: method.toRecord({ account, profile }) }),
    },
    jwt: {
      encode: async ({ token }) => {
        const record = sessionRecordSchema.parse(token?.["record"]);
        const sessionId = createSessionId();
        try {
          await store.create(sessionId, record);
          // A fresh id at every sign-in, and the one before is dead: nobody can plant an id (session fixation).
          if (visitor.sessionId !== null) await sessions.end(hashSessionId(visitor.sessionId));
        } catch (error) {
          const { refreshToken } = record.tokens;
          // No browser gets this session: nobody will ever use its tokens.
          if (refreshToken !== null) await sessions.discard(refreshToken);
          throw error;
        }
        return sessionId;
      },
      decode: ({ token }) => (token !== undefined && isSessionId(token) ? { sid: token } : null),
    },
    logger: {
      error: (code, metadata) => {
        log.error({ code, err: metadata instanceof Error ? metadata : metadata.error }, "sign-in failed");
      },
      warn: (code) => {
        log.debug({ code }, "NextAuth warns");
      },
      debug: () => undefined,
    },
  };
}
