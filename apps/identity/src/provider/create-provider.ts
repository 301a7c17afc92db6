import type { Verifier } from "@mullion/access-token";
import Provider, { type Client, type ClientMetadata, errors, type KoaContextWithOIDC } from "oidc-provider";
import type { Logger } from "pino";
import type { ActiveTokens } from "../access-tokens/active-tokens.ts";
import type { DeniedTokens } from "../access-tokens/denied-tokens.ts";
import { introspectWith } from "../access-tokens/introspection.ts";
import { revokeWith } from "../access-tokens/revocation.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import { compareHashedSecret } from "../clients/client-metadata.ts";
import type { ClientRegistry } from "../clients/client-registry.ts";
import { guardDeviceFlow } from "../grants/device-flow.ts";
import { registerTokenExchange } from "../grants/token-exchange.ts";
import { allowFormTargets, pageHeaders, policyHeader } from "../pages/page-headers.ts";
import { limitClientFailures } from "../rate-limit/endpoint-limits.ts";
import type { RateLimiter } from "../rate-limit/fixed-window.ts";
import type { Limits } from "../rate-limit/limits.ts";
import { finishRotations } from "../refresh-tokens/finish-rotations.ts";
import { queueLogoutsOf } from "../sign-ins/logout-delivery.ts";
import { revokeSessionGrants } from "../sign-ins/sign-in-store.ts";
import { toProviderError } from "../storage/create-adapter.ts";
import { rememberAuthenticationContext } from "./authentication-context.ts";
import { createConfiguration, type ProviderOptions } from "./configuration.ts";
import { removeLeftoverGrants } from "./leftover-grants.ts";
import { refuseMalformed } from "./malformed-requests.ts";
import { auditWith } from "./provider-audit.ts";
import { detectReplays } from "./replay-detection.ts";

/**
 * A request asks for its client several times, and the library knows a client by the hash of all its metadata. While the
 * registry has nothing new to say of a client, the one of before is good.
 */
function rememberClients({ Client }: Provider, clients: ClientRegistry): void {
  const known = new WeakMap<ClientMetadata, Client>();
  const find = Client.find.bind(Client);
  Client.find = async (id) => {
    const metadata = clients.peek(id);
    const before = metadata && known.get(metadata);
    if (before !== undefined) return before;
    const client = await find(id);
    // What the library was given may be newer.
    if (client !== undefined && metadata !== undefined && clients.peek(id) === metadata)
      known.set(metadata, client);
    return client;
  };
}

function overrideModels(provider: Provider, { pool, clients }: ProviderOptions): void {
  const { Client, Session } = provider;
  Client.prototype.compareClientSecret = compareHashedSecret;
  // The library names the sign-in only to clients with a back-channel logout address; ours end it by this name.
  Client.prototype.includeSid = () => true;
  queueLogoutsOf(provider, pool);
  rememberClients(provider, clients);

  const destroy = Session.prototype.destroy;
  Session.prototype.destroy = async function (this: InstanceType<typeof Session>) {
    try {
      await revokeSessionGrants(pool, this.uid, await clients.firstPartyIds());
    } catch (error) {
      throw toProviderError(error);
    }
    await destroy.call(this);
  };
}

/** True for an answer that a browser shows: nothing else has forms that end anywhere. */
function isPage(ctx: KoaContextWithOIDC): boolean {
  return ctx.response.is("html") !== false;
}

const cacheableRoutes = new Set(["discovery", "jwks"]);

/** Sets what every answer of the protocol's endpoints carries, and answers what failed outside the library's handlers. */
function setHeaders(provider: Provider, logger: Logger): void {
  const headers = pageHeaders([]);
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    ctx.set(headers);
    try {
      await next();
    } catch (thrown) {
      const error = toProviderError(thrown);
      // The session is saved after the library's own error handler has returned.
      logger.error({ err: error }, "the provider failed");
      const unavailable = error instanceof errors.OIDCProviderError && error.statusCode === 503;
      ctx.status = unavailable ? 503 : 500;
      ctx.body = { error: unavailable ? "temporarily_unavailable" : "server_error" };
    }
    if (ctx.status === 503) ctx.set("retry-after", "2");
    // Without it no route was found, for one because of the method.
    if (!("oidc" in ctx)) return;
    const { client } = ctx.oidc;
    if (client !== undefined && isPage(ctx)) {
      const targets = [...(client.redirectUris ?? []), ...(client.postLogoutRedirectUris ?? [])];
      // The library may have added the hash of its script meanwhile.
      ctx.set(policyHeader, allowFormTargets(ctx.response.get(policyHeader), targets));
    }
    // The answer is empty. With a media type, and one that is not JSON, clients take it for an error.
    if (ctx.status === 200 && ctx.oidc.route === "revocation") ctx.remove("content-type");
    if (ctx.status === 200 && cacheableRoutes.has(ctx.oidc.route)) {
      ctx.set("cache-control", "public, max-age=300");
    }
  });
}

/** The authorization server, ready to be mounted. */
export function createProvider(
  options: ProviderOptions & {
    audit: AuditLog;
    logger: Logger;
    verifier: Verifier;
    activeTokens: ActiveTokens;
    denied: DeniedTokens;
    limiter: RateLimiter;
    limits: Limits;
  },
): Provider {
  const { issuer, audit, logger, activeTokens } = options;
  const provider = new Provider(issuer, createConfiguration(options));
  // The mount sets the forwarded headers itself, from the issuer: no caller decides what the URLs look like.
  provider.proxy = true;
  overrideModels(provider, options);
  rememberAuthenticationContext(provider);
  detectReplays(provider, options.redis);
  registerTokenExchange(provider, options);
  setHeaders(provider, logger);
  refuseMalformed(provider, options.pages);
  removeLeftoverGrants(provider, logger);
  auditWith(provider, audit, logger);
  guardDeviceFlow(provider, options);
  limitClientFailures(provider, options);
  introspectWith(provider, activeTokens);
  revokeWith(provider, options);
  finishRotations(provider, options.pool);
  provider.on("server_error", (_ctx, error) => {
    logger.error({ err: error }, "the provider failed");
  });
  return provider;
}
