import type { Pool } from "@mullion/postgres";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AuditLog } from "../audit/audit-log.ts";
import type { Attempts } from "../federation/attempts.ts";
import type { Upstream } from "../federation/upstream.ts";
import type { SignInLimits } from "../interactions/authenticate.ts";
import { requireSameOrigin } from "../interactions/same-origin.ts";
import type { Mailer } from "../mail/mailer.ts";
import type { NoticeCode } from "../pages/account/notices.ts";
import type { PageContext } from "../pages/layout.ts";
import type { CurrentProvider } from "../provider/current-provider.ts";
import type { RateLimiter } from "../rate-limit/fixed-window.ts";
import type { Limits } from "../rate-limit/limits.ts";
import { findPerson, type Person } from "./person.ts";

/** What the account area works on. */
export interface AccountOptions {
  issuer: string;
  current: CurrentProvider;
  pages: PageContext;
  pool: Pool;
  audit: AuditLog;
  limiter: RateLimiter;
  limits: SignInLimits & Pick<Limits, "mailPerAddress" | "mailPerAccount">;
  mailer: Mailer;
  upstreams: readonly Upstream[];
  attempts: Attempts;
}

interface AccountRoute {
  Params: Readonly<Record<string, string>>;
  Querystring: Readonly<Record<string, unknown>>;
}

/** A request of somebody who is signed in. */
export type AccountRequest = FastifyRequest<AccountRoute>;

type Handler = (person: Person, request: AccountRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Routes that only people who are signed in at identity reach. */
export interface AccountArea {
  options: AccountOptions;
  get(path: string, handler: Handler): void;
  /** Like `get`, for links of our own pages only: what it begins must not be begun by another site. */
  getFromOwnPage(path: string, handler: Handler): void;
  /** For forms of our own pages. */
  post(path: string, handler: Handler): void;
}

/** Answers a form with another page. */
export function toPage(reply: FastifyReply, path: string, done?: NoticeCode): FastifyReply {
  const url = done === undefined ? path : `${path}?${new URLSearchParams({ done }).toString()}`;
  return reply.header("cache-control", "no-store").redirect(url, 303);
}

/** Puts the sign-in in front of routes; it comes back to the page that was asked for. */
export function createAccountArea(app: FastifyInstance, options: AccountOptions): AccountArea {
  const { current, pool, issuer } = options;
  const sameOrigin = { onRequest: requireSameOrigin(issuer) };

  function forPeople(handler: Handler) {
    return async (request: AccountRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const person = await findPerson({ provider: current.get(), pool }, request, reply);
      if (person !== undefined) return handler(person, request, reply);
      const to = request.method === "GET" ? new URL(request.url, issuer).pathname : "/account";
      return toPage(reply, `/account/sign-in?${new URLSearchParams({ to }).toString()}`);
    };
  }

  return {
    options,
    get: (path, handler) => app.get<AccountRoute>(path, forPeople(handler)),
    getFromOwnPage: (path, handler) => app.get<AccountRoute>(path, sameOrigin, forPeople(handler)),
    post: (path, handler) => app.post<AccountRoute>(path, sameOrigin, forPeople(handler)),
  };
}
