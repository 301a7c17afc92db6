import { apiAudience, identityAudience } from "@mullion/contracts";
import {
  createSessionId,
  hashSessionId,
  isSessionId,
  sessionRecordSchema,
  type TokenStore,
} from "@mullion/token-store";
import type { FastifyBaseLogger } from "fastify";
import type { AuthOptions } from "next-auth";
import type { ShellEnv } from "../env.ts";
import type { SessionEnder } from "../session/end-session.ts";
import { cookiesOptions } from "./cookies.ts";
import { safeReturnPath } from "./return-path.ts";
import { toSessionRecord } from "./sign-in.ts";

/** What NextAuth is configured with. */
export interface AuthDependencies {
  readonly env: ShellEnv;
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

const userScopes = [
  "openid profile email offline_access",
  "profile:read profile:write insights:read insights:write users:read users:write registry:read",
].join(" ");

function provider(env: ShellEnv): AuthOptions["providers"][number] {
  return {
    id: "mullion",
    name: "Mullion",
    type: "oauth",
    issuer: env.ISSUER,
    wellKnown: `${env.ISSUER}/.well-known/openid-configuration`,
    clientId: env.CLIENT_ID,
    clientSecret: env.CLIENT_SECRET,
    client: { id_token_signed_response_alg: "ES256", token_endpoint_auth_method: "client_secret_basic" },
    // Both resources at once (RFC 8707): each access token is then asked for, and is good, for one of them.
    authorization: { params: { scope: userScopes, resource: [apiAudience, identityAudience] } },
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    profile: (claims: { sub: string }) => ({ id: claims.sub }),
  };
}

/**
 * NextAuth's options for one request. The "JWT" it keeps in the cookie is our session id: `encode` stores the token
 * set under a fresh id, `decode` gives the id back; nothing else is ever written to the browser.
 */
export function authOptions(dependencies: AuthDependencies, visitor: Visitor): AuthOptions {
  const { env, store, sessions, log } = dependencies;
  return {
    secret: env.NEXTAUTH_SECRET,
    useSecureCookies: true,
    cookies: cookiesOptions(),
    session: { strategy: "jwt", maxAge: env.SESSION_TTL_SECONDS },
    pages: { signIn: "/signin", signOut: "/", error: "/sign-in-failed" },
    providers: [provider(env)],
    callbacks: {
      redirect: ({ url }) => env.SHELL_ORIGIN + safeReturnPath(url, env.SHELL_ORIGIN),
      jwt: ({ account, profile }) => ({
        record: toSessionRecord(account, profile, visitor, env.SESSION_TTL_SECONDS),
      }),
    },
    jwt: {
      encode: async ({ token }) => {
        const record = sessionRecordSchema.parse(token?.["record"]);
        const sessionId = createSessionId();
        await store.create(sessionId, record);
        // A fresh id at every sign-in, and the one before is dead: nobody can plant an id (session fixation).
        if (visitor.sessionId !== null) await sessions.end(hashSessionId(visitor.sessionId));
        return sessionId;
      },
      decode: ({ token }) => (token !== undefined && isSessionId(token) ? { sid: token } : null),
    },
    events: {
      signOut: async ({ token }) => {
        const sid = token["sid"];
        if (typeof sid === "string") await sessions.end(hashSessionId(sid));
      },
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
