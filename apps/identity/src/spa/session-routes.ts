import cookie from "@fastify/cookie";
import { parseBody } from "@mullion/http-service";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Client } from "oidc-provider";
import { z } from "zod";
import { sessionPolicyOf } from "../clients/client-metadata.ts";
import { identityProblem } from "../errors.ts";
import { type AuthenticateOptions, authenticate } from "../interactions/authenticate.ts";
import type { CurrentProvider } from "../provider/current-provider.ts";
import { addressKey, type Limits } from "../rate-limit/limits.ts";
import { requireWithin } from "../rate-limit/require-within.ts";
import { endSignInById } from "../sign-ins/sign-in-store.ts";
import { maxPasswordLength } from "../users/password.ts";
import { requireOwnPage } from "./own-page.ts";
import { type RefreshCookie, refreshCookie } from "./refresh-cookie.ts";
import { toSessionProblem } from "./session-cors.ts";
import { breachOf } from "./session-policy.ts";
import { findSession } from "./session-store.ts";
import { toSpaSession } from "./session-view.ts";
import { startSession } from "./start-session.ts";
import { createTokenEndpoint, type Tokens } from "./token-endpoint.ts";

/** What the session API is made of. */
export interface SessionApiOptions extends AuthenticateOptions {
  current: CurrentProvider;
  issuer: string;
  audience: string;
  limits: Pick<Limits, "sessionPerAddress"> & AuthenticateOptions["limits"];
}

const credentialsSchema = z.strictObject({
  email: z.string().trim().toLowerCase().min(1).max(254),
  password: z.string().min(1).max(maxPasswordLength),
  /** What the token is to be good for, space-separated; all that the person may do when not given. */
  scope: z.string().max(500).optional(),
});

/** The session API of first-party applications in a browser (docs/spa-auth.md). */
export async function sessionRoutes(app: FastifyInstance, options: SessionApiOptions): Promise<void> {
  const { current, issuer, pool, audit, limiter, limits } = options;
  const askTokenEndpoint = createTokenEndpoint(app);
  const clients = new WeakMap<FastifyRequest, Client>();
  await app.register(cookie);
  // JSON only: this one is what a form of another site can send.
  app.removeContentTypeParser("text/plain");

  // Before anything is read or looked up: the limit; then, whose page it is.
  app.addHook("onRequest", async (request) => {
    const limit = limits.sessionPerAddress;
    await requireWithin(limiter, { name: "session-address", key: addressKey(request.ip), limit });
    clients.set(request, await requireOwnPage(current, request));
  });

  function callOf(request: FastifyRequest): {
    client: Client;
    cookie: RefreshCookie;
    token: string | undefined;
  } {
    const client = clients.get(request);
    if (client === undefined) throw new Error("the hook has not run");
    const jar = refreshCookie(issuer, client.clientId);
    return { client, cookie: jar, token: jar.read(request) };
  }

  /** Ends the session that a refresh token belongs to; without one there is nothing to end. */
  async function end(request: FastifyRequest, action: string): Promise<void> {
    const { client, token } = callOf(request);
    const session = token === undefined ? undefined : await findSession(pool, client.clientId, token);
    if (session === undefined) return;
    const { userId, signInId } = session;
    if (!(await endSignInById(pool, userId, signInId))) return;
    await audit.write({ action, userId, clientId: client.clientId, address: request.ip });
  }

  function answer(request: FastifyRequest, reply: FastifyReply, tokens: Tokens | undefined): FastifyReply {
    const { cookie: jar } = callOf(request);
    if (tokens?.refresh_token === undefined) jar.clear(reply);
    else jar.set(reply, tokens.refresh_token);
    if (tokens === undefined) throw identityProblem("no_session");
    return reply.send(toSpaSession(tokens));
  }

  app.post("/spa/:clientId/session", async (request, reply) => {
    const { client } = callOf(request);
    const { email, password, scope } = parseBody(credentialsSchema, request.body);
    const attempt = { email, password, address: request.ip, clientId: client.clientId };
    const outcome = await authenticate(options, attempt);
    if (outcome.result === "limited") {
      const headers = { "retry-after": String(outcome.retryAfterSeconds) };
      throw identityProblem("too_many_attempts", { headers });
    }
    if (outcome.result === "wrong") throw identityProblem("invalid_credentials");
    // Whoever was signed in here before is not any more.
    await end(request, "signout");
    const signIn = { client, accountId: outcome.userId, scope, request };
    const tokens = await startSession({ ...options, askTokenEndpoint }, current.get(), signIn).catch(
      (error: unknown) => {
        throw toSessionProblem(error);
      },
    );
    return answer(request, reply, tokens);
  });

  app.post("/spa/:clientId/session/refresh", async (request, reply) => {
    const { client, cookie: jar, token } = callOf(request);
    const session = token === undefined ? undefined : await findSession(pool, client.clientId, token);
    const caller = { address: request.ip, userAgent: request.headers["user-agent"] };
    const breach = session && breachOf(sessionPolicyOf(client), session, caller);
    if (breach !== undefined) {
      await end(request, `session.${breach}`);
      jar.clear(reply);
      throw identityProblem(breach === "moved" ? "session_moved" : "no_session");
    }
    // A token that no session is known of still goes to the token endpoint, which knows what its use means.
    const parameters = {
      grant_type: "refresh_token",
      client_id: client.clientId,
      refresh_token: token ?? "",
    };
    return answer(
      request,
      reply,
      token === undefined ? undefined : await askTokenEndpoint(parameters, request),
    );
  });

  app.delete("/spa/:clientId/session", async (request, reply) => {
    await end(request, "signout");
    callOf(request).cookie.clear(reply);
    return reply.code(204).send();
  });
}
