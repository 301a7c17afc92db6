import { TokenStoreError } from "@mullion/token-store";
import type { FastifyRequest } from "fastify";
import { type AuthDependencies, authOptions, type SignInMethod, type Visitor } from "../auth-options.ts";
import { type AuthResponse, callNextAuth } from "../next-auth-call.ts";
import { authCallOf, visitorOf } from "../next-auth-routes.ts";
import { type AttemptOptions, type AttemptOutcome, attemptSignIn } from "./attempt-sign-in.ts";
import { toSessionRecord } from "./to-session-record.ts";

/** What signing in by username and password takes. */
export interface CredentialsDependencies extends AuthDependencies, AttemptOptions {
  /** Audiences of the routes that the session's token is for. */
  readonly audiences: readonly string[];
}

/** How a form was answered: `expired` when its CSRF token was not this browser's. */
export type FormOutcome =
  | { readonly kind: "signed-in"; readonly answer: AuthResponse }
  | Exclude<AttemptOutcome, { kind: "signed-in" }>
  | { readonly kind: "expired" };

/** NextAuth's method for requests that sign nobody in. */
export function nobodysMethod(): SignInMethod {
  return {
    provider: {
      id: "credentials",
      name: "Password",
      type: "credentials",
      credentials: {},
      authorize: () => null,
    },
    toRecord: () => {
      throw new TypeError("nobody signed in");
    },
  };
}

/** The method for one form. What became of the attempt is left in `attempt`: NextAuth would only tell success. */
function formMethod(
  dependencies: CredentialsDependencies,
  visitor: Visitor,
  signal: AbortSignal,
  attempt: { outcome?: AttemptOutcome },
): SignInMethod {
  const { env, audiences } = dependencies;
  const authorize = async (given: Record<string, string> | undefined): Promise<{ id: string } | null> => {
    const credentials = { username: given?.["username"] ?? "", password: given?.["password"] ?? "" };
    attempt.outcome = await attemptSignIn(dependencies, credentials, visitor.ipAddress, signal).catch(
      (cause: unknown) => ({ kind: "unavailable", cause }) as const,
    );
    return attempt.outcome.kind === "signed-in" ? { id: attempt.outcome.person.id } : null;
  };
  const base = nobodysMethod();
  return {
    provider: { id: "credentials", name: "Password", type: "credentials", credentials: {}, authorize },
    toRecord: (signedIn) => {
      if (attempt.outcome?.kind !== "signed-in") return base.toRecord(signedIn);
      const sessionTtlSeconds = env.SESSION_TTL_SECONDS;
      return toSessionRecord(attempt.outcome, { visitor, audiences, sessionTtlSeconds });
    },
  };
}

/** Checks a form's CSRF token and credentials and begins the session, all through NextAuth. */
export async function signInWithForm(
  dependencies: CredentialsDependencies,
  request: FastifyRequest,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<FormOutcome> {
  const visitor = visitorOf(request);
  const attempt: { outcome?: AttemptOutcome } = {};
  const options = authOptions(dependencies, visitor, formMethod(dependencies, visitor, signal, attempt));
  try {
    const answer = await callNextAuth(
      { ...authCallOf(request), method: "POST", action: ["callback", "credentials"], body: form },
      options,
    );
    // NextAuth asks for credentials only after the CSRF token was found good.
    if (attempt.outcome === undefined) return { kind: "expired" };
    return attempt.outcome.kind === "signed-in" ? { kind: "signed-in", answer } : attempt.outcome;
  } catch (cause) {
    if (cause instanceof TokenStoreError) return { kind: "unavailable", cause };
    throw cause;
  }
}
