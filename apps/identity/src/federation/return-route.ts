import type { FastifyInstance, FastifyRequest } from "fastify";
import { errors } from "oidc-provider";
import type { Attempts } from "./attempts.ts";

type Request = FastifyRequest<{ Params: { upstream: string }; Querystring: Record<string, unknown> }>;

/**
 * `GET /federation/:upstream/callback`, the redirect URI that each provider knows. It takes nothing: it passes the answer
 * on to where the browser began, and only there the cookie is sent that says which browser that was. Every provider has
 * a redirect URI of its own, and an answer that comes to another's is refused (RFC 9700 section 4.4.2).
 */
export function returnRoute(app: FastifyInstance, { attempts }: { attempts: Attempts }): void {
  app.get("/federation/:upstream/callback", async (request: Request, reply) => {
    const { state } = request.query;
    const attempt = typeof state === "string" ? await attempts.find(state) : undefined;
    if (attempt?.upstream !== request.params.upstream) {
      throw new errors.SessionNotFound("nobody was sent to that provider");
    }
    const { search } = new URL(request.url, "http://localhost");
    return reply.header("cache-control", "no-store").redirect(`${attempt.finishAt}${search}`, 303);
  });
}
