import type { FastifyReply, FastifyRequest } from "fastify";
import { realmOf } from "../provider/cookies.ts";

// As long as a refresh token lives at most; the server alone knows when this one ends.
const maxAgeSeconds = 45 * 24 * 60 * 60;

/** Where a browser keeps the refresh token of one client. */
export interface RefreshCookie {
  read(request: FastifyRequest): string | undefined;
  set(reply: FastifyReply, refreshToken: string): void;
  clear(reply: FastifyReply): void;
}

/**
 * The cookie of a client's refresh token: HttpOnly, Secure on https, SameSite=Strict (it is used by calls of scripts on
 * the same site, never by navigation), and `__Host-`, so that no other host of the site can plant one. That prefix wants
 * the path `/`; a narrower path would keep the cookie out of other requests to identity, which is less.
 */
export function refreshCookie(issuer: string, clientId: string): RefreshCookie {
  const { realm, secure } = realmOf(issuer);
  const name = `${secure ? "__Host-" : ""}${realm}_spa.${clientId}`;
  const attributes = { path: "/", httpOnly: true, secure, sameSite: "strict" } as const;
  return {
    read: ({ cookies }) => (cookies[name] === "" ? undefined : cookies[name]),
    set(reply, refreshToken) {
      void reply.setCookie(name, refreshToken, { ...attributes, maxAge: maxAgeSeconds });
    },
    clear(reply) {
      void reply.clearCookie(name, attributes);
    },
  };
}
