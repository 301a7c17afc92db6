import formbody from "@fastify/formbody";
import { storeProblem } from "@mullion/bff";
import { apiAudience, identityAudience, roleSchema, scopesForRoles } from "@mullion/contracts";
import { ProblemError } from "@mullion/http-service";
import { hashSessionId } from "@mullion/token-store";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { OidcEnv } from "../env.ts";
import { isPrefetch } from "../prefetch.ts";
import { sessionIdOf } from "../session/session-cookie.ts";
import { type AuthDependencies, authOptions, type SignInMethod, type Visitor } from "./auth-options.ts";
import { csrfCookie } from "./cookies.ts";
import { type AuthResponse, callNextAuth } from "./next-auth-call.ts";
import {
  authCallOf,
  issueCsrfToken,
  mountNextAuth,
  parseText,
  sendAnswer,
  visitorOf,
} from "./next-auth-routes.ts";
import { safeReturnPath } from "./return-path.ts";
import { toSessionRecord } from "./sign-in.ts";

/** What signing in at an authorization server takes. */
export interface OidcDependencies extends AuthDependencies {
  readonly env: OidcEnv;
}

/** NextAuth's routes that exist here. Its `session` would write the cookie anew at every poll; its `_log` is a log sink. */
const actions = new Set(["signin", "callback", "signout", "csrf", "providers", "error"]);

// Everything that any role may do: identity leaves of it what the person's roles allow, now and at every refresh.
const userScopes = ["openid profile email offline_access", ...scopesForRoles(roleSchema.options)].join(" ");

function oidcMethod(env: OidcEnv, visitor: Visitor): SignInMethod {
  return {
    provider: {
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
    },
    toRecord: ({ account, profile }) => toSessionRecord(account, profile, visitor, env.SESSION_TTL_SECONDS),
  };
}

/** Starts a sign-in: what the form on NextAuth's page would do, without showing it. */
async function startSignIn(
  request: FastifyRequest,
  dependencies: OidcDependencies,
  { returnPath, reauthenticate }: { readonly returnPath: string; readonly reauthenticate: boolean },
): Promise<AuthResponse> {
  const visitor = visitorOf(request);
  const options = authOptions(dependencies, visitor, oidcMethod(dependencies.env, visitor));
  const base = authCallOf(request);
  const csrf = await issueCsrfToken(request, options);
  const issued = csrf.setCookie.find((cookie) => cookie.startsWith(`${csrfCookie}=`));
  const cookie = issued?.slice(csrfCookie.length + 1).split(";", 1)[0];
  const started = await callNextAuth(
    {
      ...base,
      method: "POST",
      action: ["signin", "mullion"],
      // NextAuth hands the query on to the authorization request.
      query: reauthenticate ? { prompt: "login" } : {},
      cookies: {
        ...base.cookies,
        ...(cookie === undefined ? {} : { [csrfCookie]: decodeURIComponent(cookie) }),
      },
      body: { csrfToken: csrf.csrfToken, callbackUrl: returnPath },
    },
    options,
  );
  return { ...started, setCookie: [...csrf.setCookie, ...started.setCookie] };
}

/**
 * True for a browser that still has the cookie of a session which is gone. Signing out takes the cookie: this session ended
 * unattended.
 */
async function hasLeftSession({ headers }: FastifyRequest, { store }: OidcDependencies): Promise<boolean> {
  const sessionId = sessionIdOf(headers);
  if (sessionId === null) return false;
  return (await store.aliveAmong([hashSessionId(sessionId)]).catch(storeProblem)).size === 0;
}

/** Mounts NextAuth under `/api/auth` and `/signin`, which starts a sign-in at identity. */
export async function authPlugin(app: FastifyInstance, dependencies: OidcDependencies): Promise<void> {
  await app.register(formbody);

  app.get("/signin", async (request, reply) => {
    const { callbackUrl, error, prompt } = parseText(request.query);
    if (error !== undefined) return reply.redirect("/sign-in-failed");
    if (isPrefetch(request.headers)) {
      throw new ProblemError({
        status: 425,
        code: "prefetch_refused",
        title: "A prefetch starts no sign-in",
      });
    }
    const returnPath = safeReturnPath(callbackUrl, dependencies.env.SHELL_ORIGIN);
    // A session that ended unattended: identity must not let whoever is there now back in. Pages that saw it end ask for it.
    const reauthenticate = prompt === "login" || (await hasLeftSession(request, dependencies));
    return sendAnswer(reply, await startSignIn(request, dependencies, { returnPath, reauthenticate }));
  });

  mountNextAuth(app, {
    actions,
    sessions: dependencies.sessions,
    optionsFor: (request) => {
      const visitor = visitorOf(request);
      return authOptions(dependencies, visitor, oidcMethod(dependencies.env, visitor));
    },
  });
}
