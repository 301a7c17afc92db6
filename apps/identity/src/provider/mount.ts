import type { FastifyInstance } from "fastify";
import type { CurrentProvider } from "./current-provider.ts";

const paths = [
  "/.well-known/openid-configuration",
  "/.well-known/oauth-authorization-server",
  "/auth",
  "/auth/:uid",
  "/request",
  "/token",
  "/token/introspection",
  "/token/revocation",
  "/jwks",
  "/me",
  "/device",
  "/device/auth",
  "/device/:uid",
  "/session/end",
  "/session/end/confirm",
  "/session/end/success",
];

/** Hands the protocol's endpoints to the provider, with the request as it came. */
export async function mountProvider(
  app: FastifyInstance,
  { current, issuer }: { current: CurrentProvider; issuer: string },
): Promise<void> {
  const { host, protocol } = new URL(issuer);
  // The provider reads bodies itself.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => {
    done(null);
  });
  for (const url of paths) {
    app.route({
      method: ["GET", "POST", "OPTIONS"],
      url,
      handler: (request, reply) => {
        // URLs follow the issuer, whatever Host a caller sends; the address is the one Fastify trusts.
        Object.assign(request.raw.headers, {
          "x-forwarded-host": host,
          "x-forwarded-proto": protocol.slice(0, -1),
          "x-forwarded-for": request.ip,
        });
        reply.hijack();
        reply.raw.setHeader("x-request-id", request.id);
        current.handle(request.raw, reply.raw);
      },
    });
  }
}
