import formbody from "@fastify/formbody";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { authOptions } from "../auth-options.ts";
import { issueCsrfToken, mountNextAuth, parseText, sendAnswer, visitorOf } from "../next-auth-routes.ts";
import { safeReturnPath } from "../return-path.ts";
import { type CredentialsDependencies, type FormOutcome, nobodysMethod, signInWithForm } from "./sign-in.ts";
import { type SignInFailure, signInPage } from "./sign-in-page.ts";
import { serveStylesheet } from "./stylesheet.ts";

/** NextAuth's routes that exist here. Its `callback` is reached through the form at `/signin` only. */
const actions = new Set(["signin", "signout", "csrf", "error"]);

const pageHeaders = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  // With no-referrer browsers would send `Origin: null` with the form.
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

const statuses: Record<SignInFailure, number> = {
  refused: 401,
  limited: 429,
  unavailable: 503,
  expired: 403,
  failed: 400,
};

function retryAfterOf(outcome: FormOutcome): Readonly<Record<string, string>> {
  if (outcome.kind === "limited") return { "retry-after": String(outcome.retryAfterSeconds) };
  return outcome.kind === "unavailable" ? { "retry-after": "5" } : {};
}

/** Aborts when the visitor leaves before they were answered. */
function leftSignal(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) left.abort();
  });
  return left.signal;
}

/** Mounts `/signin`, a form that needs no script, and what of NextAuth is left under `/api/auth`. */
export async function credentialsPlugin(
  app: FastifyInstance,
  dependencies: CredentialsDependencies,
): Promise<void> {
  await app.register(formbody);
  const stylesheet = await serveStylesheet(app);
  const optionsFor = (request: FastifyRequest) =>
    authOptions(dependencies, visitorOf(request), nobodysMethod());
  const returnPathOf = (target: string | undefined): string =>
    safeReturnPath(target, dependencies.env.SHELL_ORIGIN);

  const sendPage = async (
    request: FastifyRequest,
    reply: FastifyReply,
    view: { callbackUrl?: string | undefined; username?: string; failure?: SignInFailure },
  ): Promise<FastifyReply> => {
    const { callbackUrl, failure, username } = view;
    const { csrfToken, setCookie } = await issueCsrfToken(request, optionsFor(request));
    if (setCookie.length > 0) reply.header("set-cookie", [...setCookie]);
    const page = signInPage({
      ...{ stylesheet, csrfToken, returnPath: returnPathOf(callbackUrl) },
      ...(username === undefined ? {} : { username }),
      ...(failure === undefined ? {} : { failure }),
    });
    return reply
      .code(failure === undefined ? 200 : statuses[failure])
      .headers(pageHeaders)
      .type("text/html; charset=utf-8")
      .send(page);
  };

  app.get("/signin", async (request, reply) => {
    const { callbackUrl, error } = parseText(request.query);
    return sendPage(request, reply, { callbackUrl, ...(error === undefined ? {} : { failure: "failed" }) });
  });

  app.post("/signin", async (request, reply) => {
    const { username = "", password = "", csrfToken = "", callbackUrl } = parseText(request.body);
    const form = { username, password, csrfToken, callbackUrl: returnPathOf(callbackUrl) };
    const outcome = await signInWithForm(dependencies, request, form, leftSignal(reply));
    request.log.info({ outcome: outcome.kind }, "sign-in");
    if (outcome.kind === "signed-in") return sendAnswer(reply, { ...outcome.answer, status: 303 });
    if (outcome.kind === "unavailable") request.log.error({ err: outcome.cause }, "nobody can sign in");
    reply.headers(retryAfterOf(outcome));
    return sendPage(request, reply, { callbackUrl, username, failure: outcome.kind });
  });

  mountNextAuth(app, { actions, optionsFor, sessions: dependencies.sessions });
}
