import formbody from "@fastify/formbody";
import { ProblemError } from "@mullion/http-service";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { sessionIdOf } from "../session/session-cookie.ts";
import { type AuthDependencies, authOptions, type Visitor } from "./auth-options.ts";
import { csrfCookie } from "./cookies.ts";
import { type AuthRequest, type AuthResponse, callNextAuth } from "./next-auth-call.ts";
import { safeReturnPath } from "./return-path.ts";

/** NextAuth's routes that exist here. Its `session` would write the cookie anew at every poll; its `_log` is a log sink. */
const actions = new Set(["signin", "callback", "signout", "csrf", "providers", "error"]);

const textRecord = z.record(z.string(), z.string());
const csrfBody = z.object({ csrfToken: z.string() });

/** Longer ones are cut: they are shown in the device list, and somebody else chose them. */
const userAgentLength = 300;

function visitorOf(request: FastifyRequest): Visitor {
  return {
    sessionId: sessionIdOf(request.headers),
    userAgent: request.headers["user-agent"]?.slice(0, userAgentLength) ?? "",
    ipAddress: request.ip,
  };
}

function definedCookies(request: FastifyRequest): Record<string, string> {
  return textRecord.parse(request.cookies);
}

function parseText(value: unknown): Record<string, string> {
  const parsed = textRecord.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  throw new ProblemError({ status: 400, code: "bad_request", title: "Every parameter may be given once" });
}

async function send(reply: FastifyReply, answer: AuthResponse): Promise<FastifyReply> {
  reply.code(answer.status).header("cache-control", "no-store");
  if (answer.setCookie.length > 0) reply.header("set-cookie", [...answer.setCookie]);
  if (answer.redirect !== null) reply.header("location", answer.redirect);
  return reply.type(answer.contentType ?? "text/plain; charset=utf-8").send(answer.body ?? "");
}

/** Starts a sign-in: what the form on NextAuth's page would do, without showing it. */
async function startSignIn(
  request: FastifyRequest,
  dependencies: AuthDependencies,
  returnPath: string,
): Promise<AuthResponse> {
  const options = authOptions(dependencies, visitorOf(request));
  const base = { query: {}, headers: request.headers, body: {}, cookies: definedCookies(request) };
  const csrf = await callNextAuth({ ...base, method: "GET", action: ["csrf"] }, options);
  const { csrfToken } = csrfBody.parse(csrf.body);
  const issued = csrf.setCookie.find((cookie) => cookie.startsWith(`${csrfCookie}=`));
  const cookie = issued?.slice(csrfCookie.length + 1).split(";", 1)[0];
  const started = await callNextAuth(
    {
      ...base,
      method: "POST",
      action: ["signin", "mullion"],
      cookies: {
        ...base.cookies,
        ...(cookie === undefined ? {} : { [csrfCookie]: decodeURIComponent(cookie) }),
      },
      body: { csrfToken, callbackUrl: returnPath },
    },
    options,
  );
  return { ...started, setCookie: [...csrf.setCookie, ...started.setCookie] };
}

/** Mounts NextAuth under `/api/auth` and `/signin`, which starts a sign-in at identity. */
export async function authPlugin(app: FastifyInstance, dependencies: AuthDependencies): Promise<void> {
  await app.register(formbody);

  app.get("/signin", async (request, reply) => {
    const { callbackUrl, error } = parseText(request.query);
    if (error !== undefined) return reply.redirect("/sign-in-failed");
    if (request.headers["sec-purpose"]?.includes("prefetch") === true) {
      throw new ProblemError({
        status: 425,
        code: "prefetch_refused",
        title: "A prefetch starts no sign-in",
      });
    }
    const returnPath = safeReturnPath(callbackUrl, dependencies.env.SHELL_ORIGIN);
    return send(reply, await startSignIn(request, dependencies, returnPath));
  });

  app.route<{ Params: { "*": string } }>({
    method: ["GET", "POST"],
    url: "/api/auth/*",
    handler: async (request, reply) => {
      const action = request.params["*"].split("/");
      if (!actions.has(action[0] ?? "")) {
        throw new ProblemError({ status: 404, code: "not_found", title: "No such route" });
      }
      const call: AuthRequest = {
        method: request.method === "POST" ? "POST" : "GET",
        action,
        query: parseText(request.query),
        cookies: definedCookies(request),
        headers: request.headers,
        body: parseText(request.body),
      };
      return send(reply, await callNextAuth(call, authOptions(dependencies, visitorOf(request))));
    },
  });
}
