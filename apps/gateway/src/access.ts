import type { Introspection, Verifier, VerifyToken } from "@mullion/access-token";
import type { ServiceRoute } from "@mullion/contracts";
import { ProblemError } from "@mullion/http-service";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RateLimit } from "./rate-limit.ts";

/** What decides who passes. */
export interface AccessParts {
  verifier: Verifier;
  introspection: Introspection;
  rateLimit: RateLimit;
}

type Guard = (request: FastifyRequest) => Promise<void>;

// RFC 7515 section 3.1: three parts. Any other token is opaque, and only its issuer can tell what it is.
const compactJwt = /^[^.]+\.[^.]+\.[^.]+$/;

/**
 * How a token for this route is verified, its subject's limit included. Where the issuer is asked, a JWT is verified
 * here first and its subject counted: neither forged tokens nor one eager caller become load on identity.
 */
function verification(route: ServiceRoute, { verifier, introspection, rateLimit }: AccessParts): VerifyToken {
  const { audience } = route;
  if (route.auth === "jwt") {
    return async (token) => {
      const claims = await verifier.verify(token, audience);
      await rateLimit.subject(claims.sub, route);
      return claims;
    };
  }
  return async (token) => {
    if (!compactJwt.test(token)) {
      const claims = await introspection.introspect(token, audience);
      await rateLimit.subject(claims.sub, route);
      return claims;
    }
    const { sub } = await verifier.verify(token, audience);
    await rateLimit.subject(sub, route);
    return introspection.introspect(token, audience);
  };
}

/** The hooks of one route, in the order they run: limit per address; token, limit per subject, scope. */
export function guardsOf(app: FastifyInstance, route: ServiceRoute, parts: AccessParts): Guard[] {
  const { rateLimit } = parts;
  const requireScope = app.requireScope(route.scope, verification(route, parts));
  return [
    async (request) => {
      rateLimit.assertAddress(request.ip);
    },
    async (request) => {
      try {
        await requireScope(request);
      } catch (error) {
        if (error instanceof ProblemError && error.status === 401) await rateLimit.refused(request.ip);
        throw error;
      }
    },
  ];
}
