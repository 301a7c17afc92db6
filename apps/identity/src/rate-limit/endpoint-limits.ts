import type { RedisClient } from "@mullion/token-store";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { Logger } from "pino";
import { errorPage } from "../pages/error-page.ts";
import type { PageContext } from "../pages/layout.ts";
import { sendPage } from "../pages/send-page.ts";
import { createBatchedCount } from "./batched-count.ts";
import { limited, type RateLimiter } from "./fixed-window.ts";
import { addressKey, type Limits } from "./limits.ts";

/** Where programs ask, and authenticate. */
const tokenPaths: ReadonlySet<string> = new Set([
  "/token",
  "/token/introspection",
  "/token/revocation",
  "/request",
  "/device/auth",
  "/me",
]);
const tooMany = { error: "temporarily_unavailable", error_description: "too many requests, try again later" };

/** What limits on the protocol's endpoints need. */
export interface EndpointLimitOptions {
  redis: RedisClient;
  limiter: RateLimiter;
  limits: Pick<Limits, "authorizePerAddress" | "tokenPerAddress">;
  pages: PageContext;
  logger: Logger;
}

function refuse(reply: FastifyReply, seconds: number, pages: PageContext | undefined): FastifyReply {
  reply.header("retry-after", String(seconds));
  if (pages === undefined) return reply.code(429).header("cache-control", "no-store").send(tooMany);
  return sendPage(reply, 429, errorPage(pages, { status: 429, code: "too_many_attempts" }));
}

/**
 * Limits how often one address asks the protocol's endpoints, all instances together: people at the authorization
 * endpoint, who get a page, and programs at the others, who get an error. Applies to routes added afterwards.
 */
export function limitEndpoints(app: FastifyInstance, options: EndpointLimitOptions): void {
  const { redis, limiter, limits, pages, logger } = options;
  const takeToken = createBatchedCount(redis, {
    name: "token-address",
    limit: limits.tokenPerAddress,
    onError: (error) => {
      logger.warn({ err: error }, "requests to the token endpoints are counted by each instance alone");
    },
  });

  async function wait(path: string, { ip, method }: FastifyRequest): Promise<number> {
    if (method === "OPTIONS") return 0;
    if (path === "/auth")
      return limiter.take("authorize-address", addressKey(ip), limits.authorizePerAddress);
    const seconds = await takeToken(addressKey(ip));
    if (seconds > 0) limited.publish("token-address");
    return seconds;
  }

  app.addHook("onRequest", async (request, reply) => {
    const path = request.routeOptions.url ?? "";
    if (path !== "/auth" && !tokenPaths.has(path)) return undefined;
    const seconds = await wait(path, request);
    return seconds > 0 ? refuse(reply, seconds, path === "/auth" ? pages : undefined) : undefined;
  });
}

function claimedClient(ctx: KoaContextWithOIDC): string {
  const [scheme, credentials = ""] = ctx.get("authorization").split(" ");
  if (scheme?.toLowerCase() === "basic") {
    return Buffer.from(credentials, "base64").toString("utf8").split(":")[0] ?? "";
  }
  const named: unknown = ctx.oidc.body?.["client_id"];
  return typeof named === "string" ? named : "";
}

/**
 * Limits how often somebody fails to authenticate as a client, from wherever. Beyond it nobody is told any more what was
 * wrong. Whoever authenticates is never refused: a stranger cannot lock a client out by guessing.
 */
export function limitClientFailures(
  provider: Provider,
  { limiter, limits }: { limiter: RateLimiter; limits: Pick<Limits, "clientFailures"> },
): void {
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    await next();
    const body: unknown = ctx.body;
    const failed =
      typeof body === "object" && body !== null && "error" in body && body.error === "invalid_client";
    if (!failed || !("oidc" in ctx)) return;
    const seconds = await limiter
      .take("client-failures", claimedClient(ctx).slice(0, 200), limits.clientFailures)
      // Without Redis failures are not counted; the answer is what it was.
      .catch(() => 0);
    if (seconds === 0) return;
    ctx.status = 429;
    ctx.set("retry-after", String(seconds));
    ctx.body = tooMany;
  });
}
