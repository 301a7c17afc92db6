import formbody from "@fastify/formbody";
import { storeProblem } from "@mullion/bff";
import { ProblemError } from "@mullion/http-service";
import type { SeenOnce, TokenStore } from "@mullion/token-store";
import type { FastifyInstance } from "fastify";
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";

/** What receiving logouts takes. */
export interface BackchannelLogoutOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly store: TokenStore;
  readonly seen: SeenOnce;
}

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout";
/** Older logout tokens are refused; their `jti` is remembered for as long. */
const maxAgeSeconds = 120;
const clockToleranceSeconds = 60;

/** What jose says when identity gave no keys. Its error without a code of its own is an answer other than 200. */
const keysUnavailable = new Set([errors.JOSEError.code, errors.JWKSTimeout.code, errors.JWKSInvalid.code]);

const claimsSchema = z
  .object({
    jti: z.string().min(1).max(200),
    sub: z.string().optional(),
    sid: z.string().optional(),
    events: z.looseObject({ [logoutEvent]: z.looseObject({}) }),
    // A logout token must not pass for an ID token (OpenID Connect Back-Channel Logout 1.0, section 2.4).
    nonce: z.never().optional(),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined);
type LogoutClaims = z.infer<typeof claimsSchema>;

const bodySchema = z.object({ logout_token: z.string().min(1).max(10_000) });

function refused(detail: string, cause?: unknown): ProblemError {
  const title = "The logout token is not valid";
  return new ProblemError({ status: 400, code: "invalid_logout_token", title, detail, cause });
}

async function verify(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, clientId }: BackchannelLogoutOptions,
): Promise<LogoutClaims> {
  const verified = await jwtVerify(token, keys, {
    issuer,
    audience: clientId,
    typ: "logout+jwt",
    algorithms: ["ES256"],
    maxTokenAge: maxAgeSeconds,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ["iat", "jti", "events"],
  }).catch((cause: unknown) => {
    // That the keys could not be had says nothing about the token: identity is to try again.
    if (!(cause instanceof errors.JOSEError) || keysUnavailable.has(cause.code)) {
      const title = "Sign-in is unavailable";
      const headers = { "retry-after": "5" };
      throw new ProblemError({ status: 503, code: "identity_unavailable", title, headers, cause });
    }
    throw refused(cause.code, cause);
  });
  const claims = claimsSchema.safeParse(verified.payload);
  if (!claims.success) throw refused("It lacks what a logout token has, or has what it must not.");
  return claims.data;
}

/**
 * Mounts `POST /api/auth/backchannel-logout` (OpenID Connect Back-Channel Logout 1.0): ends the sessions of a sign-in,
 * or of a user, that was ended elsewhere. Identity has ended its own side already.
 */
export async function backchannelLogout(
  app: FastifyInstance,
  options: BackchannelLogoutOptions,
): Promise<void> {
  await app.register(formbody);
  const { store, seen, issuer } = options;
  const keys = createRemoteJWKSet(new URL("/jwks", issuer), { timeoutDuration: 3_000 });

  app.post("/api/auth/backchannel-logout", async (request, reply) => {
    reply.header("cache-control", "no-store");
    const body = bodySchema.safeParse(request.body);
    if (!body.success) throw refused("Send one logout_token in a form.");
    const { jti, sid, sub } = await verify(body.data.logout_token, keys, options);
    if (await seen.has(jti).catch(storeProblem)) throw refused("It was used before.");
    const handles =
      sid === undefined
        ? (await store.devicesOf(sub ?? "").catch(storeProblem)).map(({ handle }) => handle)
        : await store.handlesOfSignIn(sid).catch(storeProblem);
    await Promise.all(handles.map((handle) => store.revoke(handle))).catch(storeProblem);
    // Only now: had the store failed before, identity's next attempt must not be taken for a replay.
    const lifeMs = (maxAgeSeconds + 2 * clockToleranceSeconds) * 1_000;
    if (!(await seen.add(jti, lifeMs).catch(storeProblem))) throw refused("It was used before.");
    request.log.info({ sessions: handles.length }, "sessions ended by identity");
    return reply.code(200).send();
  });
}
