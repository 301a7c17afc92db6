import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { PageContext } from "../pages/layout.ts";
import type { CurrentProvider } from "./current-provider.ts";
import { type Endpoint, endpoints } from "./endpoints.ts";
import { formByGet } from "./form-by-get.ts";
import { refuse } from "./refuse.ts";

/** What the protocol's endpoints are mounted with. */
export interface MountOptions {
  current: CurrentProvider;
  issuer: string;
  pages: PageContext;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

/** Hands a request to the provider as it came. */
function handOver({ current, issuer }: MountOptions): Handler {
  const { host, protocol } = new URL(issuer);
  return (request, reply) => {
    // URLs follow the issuer, whatever Host a caller sends; the address is the one Fastify trusts.
    Object.assign(request.raw.headers, {
      "x-forwarded-host": host,
      "x-forwarded-proto": protocol.slice(0, -1),
      "x-forwarded-for": request.ip,
    });
    reply.hijack();
    reply.raw.setHeader("x-request-id", request.id);
    current.handle(request.raw, reply.raw);
  };
}

function askByGet({ issuer, pages }: MountOptions): Handler {
  return async (request, reply) => {
    const target = await formByGet(request, issuer);
    return target instanceof URL
      ? reply.header("cache-control", "no-store").redirect(target.href, 303)
      : refuse(request, reply, { pages, ...target });
  };
}

function refuseMethod(pages: PageContext, methods: readonly string[]): Handler {
  const allow = methods.join(", ");
  return (request, reply) => {
    reply.header("allow", allow);
    return refuse(request, reply, { pages, status: 405, description: `this address takes ${allow}` });
  };
}

function mountEndpoint(app: FastifyInstance, options: MountOptions, endpoint: Endpoint): void {
  const { path: url, methods, cors, formByGet: byGet } = endpoint;
  const preflight = cors === true ? ["OPTIONS"] : [];
  const handler = handOver(options);
  const handed = byGet === true ? ["GET"] : [...methods, ...preflight];
  app.route({ method: handed, url, handler });
  if (byGet === true) app.route({ method: "POST", url, handler: askByGet(options) });
  const others = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter(
    (method) => ![...methods, ...preflight].some((known) => known === method),
  );
  app.route({ method: others, url, handler: refuseMethod(options.pages, methods) });
}

/** Mounts the protocol's endpoints: what they take goes to the provider, everything else is refused as it would. */
export async function mountProvider(app: FastifyInstance, options: MountOptions): Promise<void> {
  // The provider reads bodies itself.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => {
    done(null);
  });
  for (const endpoint of endpoints) mountEndpoint(app, options, endpoint);
}
