import type { AccessTokenClaims, Scope } from "@mullion/contracts";
import type { FastifyInstance, FastifyRequest } from "fastify";
import fp from "fastify-plugin";
import { toChallenge } from "./challenge.ts";
import { AccessTokenError } from "./errors.ts";

/** The claims of a token that is accepted; rejects with `AccessTokenError` otherwise. */
export type VerifyToken = (token: string) => Promise<AccessTokenClaims>;

declare module "fastify" {
  interface FastifyRequest {
    /** Claims of the caller's access token. Only after `requireScope` has run: reading it before is a fault. */
    readonly accessToken: AccessTokenClaims;
  }
  interface FastifyInstance {
    /**
     * A hook that lets only tokens with this scope pass. As `onRequest` it runs before a body is read. `verify` stands in
     * for the plugin's own where a route asks for more.
     */
    requireScope(scope: Scope, verify?: VerifyToken): (request: FastifyRequest) => Promise<void>;
  }
}

// RFC 6750 section 2.1; the scheme is case-insensitive (RFC 9110 section 11.1).
const bearer = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

function tokenOf(request: FastifyRequest): string {
  const { authorization } = request.headers;
  if (authorization === undefined) throw new AccessTokenError("missing_token");
  const token = bearer.exec(authorization)?.[1];
  if (token === undefined) throw new AccessTokenError("malformed_token");
  return token;
}

/** Gives a Fastify instance `requireScope` and its requests `accessToken`. Tokens are read from `Authorization` only. */
export const accessTokenPlugin = fp(
  async (app: FastifyInstance, { verifier }: { verifier: { verify: VerifyToken } }): Promise<void> => {
    const verified = new WeakMap<FastifyRequest, AccessTokenClaims>();

    app.decorateRequest("accessToken", {
      getter(this: FastifyRequest) {
        const claims = verified.get(this);
        if (claims === undefined) throw new Error("the route reads the access token but requires no scope");
        return claims;
      },
    });

    app.decorate(
      "requireScope",
      (scope: Scope, verify: VerifyToken = (token) => verifier.verify(token)) =>
        async (request: FastifyRequest) => {
          try {
            const claims = await verify(tokenOf(request));
            // Bound to a key (RFC 9449): whoever only has the token must not get in with it.
            if (claims.cnf !== undefined) throw new AccessTokenError("invalid_token");
            if (!claims.scope.split(" ").includes(scope)) throw new AccessTokenError("insufficient_scope");
            verified.set(request, claims);
          } catch (error) {
            throw error instanceof AccessTokenError ? toChallenge(error, scope) : error;
          }
        },
    );
  },
  { name: "@mullion/access-token" },
);
