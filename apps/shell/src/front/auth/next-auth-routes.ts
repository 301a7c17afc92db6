import { storeProblem } from "@mullion/bff";
import { ProblemError } from "@mullion/http-service";
import { hashSessionId } from "@mullion/token-store";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AuthOptions } from "next-auth";
import type { JWT } from "next-auth/jwt";
import { z } from "zod";
import type { SessionEnder } from "../session/end-session.ts";
import { sessionIdOf } from "../session/session-cookie.ts";
import type { Visitor } from "./auth-options.ts";
import { returnCookie } from "./cookies.ts";
import { type AuthRequest, type AuthResponse, callNextAuth } from "./next-auth-call.ts";
import { isReadable } from "./return-path.ts";

/** The actions of NextAuth that are offered, and its options for a request. */
export interface NextAuthRoutesOptions {
  readonly actions: ReadonlySet<string>;
  readonly optionsFor: (request: FastifyRequest) => AuthOptions;
  readonly sessions: SessionEnder;
}

const textRecord = z.record(z.string(), z.string());
const csrfBody = z.object({ csrfToken: z.string() });

/** Longer ones are cut: they are shown in the device list, and somebody else chose them. */
const userAgentLength = 300;

/** Who a request comes from. */
export function visitorOf(request: FastifyRequest): Visitor {
  return {
    sessionId: sessionIdOf(request.headers),
    userAgent: request.headers["user-agent"]?.slice(0, userAgentLength) ?? "",
    ipAddress: request.ip,
  };
}

/**
 * Query or form as NextAuth takes them.
 * @throws {ProblemError} 400 when a parameter is given twice, or the `callbackUrl` cannot be read.
 */
export function parseText(value: unknown): Record<string, string> {
  const parsed = textRecord.safeParse(value ?? {});
  if (!parsed.success) {
    throw new ProblemError({ status: 400, code: "bad_request", title: "Every parameter may be given once" });
  }
  const { callbackUrl } = parsed.data;
  if (callbackUrl !== undefined && callbackUrl !== "" && !isReadable(callbackUrl)) {
    throw new ProblemError({ status: 400, code: "bad_request", title: "The callbackUrl is malformed" });
  }
  return parsed.data;
}

/** The cookies as NextAuth takes them; a return address that cannot be read counts as none. */
function cookiesOf(request: FastifyRequest): Record<string, string> {
  const { [returnCookie]: target, ...cookies } = textRecord.parse(request.cookies);
  return target !== undefined && isReadable(target) ? { ...cookies, [returnCookie]: target } : cookies;
}

/** A call to NextAuth on behalf of a request, without its query and body. */
export function authCallOf(
  request: FastifyRequest,
): Pick<AuthRequest, "query" | "body" | "cookies" | "headers"> {
  return { query: {}, body: {}, cookies: cookiesOf(request), headers: request.headers };
}

/** The visitor's CSRF token, and the cookie that goes with it where they have none yet. */
export async function issueCsrfToken(
  request: FastifyRequest,
  options: AuthOptions,
): Promise<{ csrfToken: string; setCookie: readonly string[] }> {
  const answer = await callNextAuth({ ...authCallOf(request), method: "GET", action: ["csrf"] }, options);
  return { ...csrfBody.parse(answer.body), setCookie: answer.setCookie };
}

/** Sends what NextAuth answered. */
export async function sendAnswer(reply: FastifyReply, answer: AuthResponse): Promise<FastifyReply> {
  reply.code(answer.status).header("cache-control", "no-store");
  if (answer.setCookie.length > 0) reply.header("set-cookie", [...answer.setCookie]);
  if (answer.redirect !== null) reply.header("location", answer.redirect);
  return reply.type(answer.contentType ?? "text/plain; charset=utf-8").send(answer.body ?? "");
}

/** Mounts NextAuth under `/api/auth`. What is not among the actions does not exist. */
export function mountNextAuth(
  app: FastifyInstance,
  { actions, optionsFor, sessions }: NextAuthRoutesOptions,
): void {
  app.route<{ Params: { "*": string } }>({
    method: ["GET", "POST"],
    url: "/api/auth/*",
    handler: async (request, reply) => {
      const action = request.params["*"].split("/");
      if (!actions.has(action[0] ?? "")) {
        throw new ProblemError({ status: 404, code: "not_found", title: "No such route" });
      }
      const call: AuthRequest = {
        ...authCallOf(request),
        method: request.method === "POST" ? "POST" : "GET",
        action,
        query: parseText(request.query),
        body: parseText(request.body),
      };
      let signedOut: unknown;
      const signOut = ({ token }: { token: JWT | null }): void => {
        signedOut = token?.["sid"];
      };
      const answer = await callNextAuth(call, { ...optionsFor(request), events: { signOut } });
      // Not in the event: NextAuth keeps its errors to itself, and would take the cookie of a session that still stands.
      if (typeof signedOut === "string") await sessions.end(hashSessionId(signedOut)).catch(storeProblem);
      return sendAnswer(reply, answer);
    },
  });
}
