import type { Pool } from "@mullion/postgres";
import type { RedisClient } from "@mullion/token-store";
import type { Configuration } from "oidc-provider";
import { mayIntrospect } from "../access-tokens/introspection.ts";
import { extraClientMetadata, isAllowedOrigin, toClientMetadata } from "../clients/client-metadata.ts";
import type { RegisteredClient } from "../clients/registered-client.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import type { PageContext } from "../pages/layout.ts";
import { createAdapterFactory } from "../storage/create-adapter.ts";
import { createFindAccount } from "../users/account.ts";
import { renderWith } from "./provider-pages.ts";
import { extraTokenClaims, resourceIndicators } from "./resources.ts";
import { createLoadGrant, issueRefreshToken, keepOfflineAccess } from "./sign-in-grants.ts";

/** What the provider is made of. */
export interface ProviderOptions {
  issuer: string;
  audience: string;
  accessTokenTtlSeconds: number;
  cookieKeys: readonly string[];
  clients: readonly RegisteredClient[];
  keys: SigningKeys;
  pool: Pool;
  redis: RedisClient;
  pages: PageContext;
}

const daySeconds = 24 * 60 * 60;
const refreshTokenSeconds = 45 * daySeconds;

function ttl(accessTokenTtlSeconds: number): NonNullable<Configuration["ttl"]> {
  return {
    AccessToken: accessTokenTtlSeconds,
    ClientCredentials: accessTokenTtlSeconds,
    IdToken: accessTokenTtlSeconds,
    AuthorizationCode: 60,
    Interaction: 60 * 60,
    Session: 14 * daySeconds,
    Grant: refreshTokenSeconds,
    // 45 days from the sign-in: a rotation does not make them longer.
    RefreshToken: (ctx) => ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? refreshTokenSeconds,
  };
}

function features(options: ProviderOptions): NonNullable<Configuration["features"]> {
  const { audience, accessTokenTtlSeconds, pages } = options;
  return {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => mayIntrospect(client, token) },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    resourceIndicators: resourceIndicators(audience, accessTokenTtlSeconds),
    rpInitiatedLogout: { enabled: true, ...renderWith(pages).logout },
  };
}

/**
 * The library refuses to connect to private addresses, as it should where strangers register clients. Ours are the
 * operator's, and a client's own network is where its address for logouts is best kept.
 */
function createFetch(clients: readonly RegisteredClient[]): NonNullable<Configuration["fetch"]> {
  const registered = new Set(
    clients.flatMap(({ backchannelLogoutUri: uri }) => (uri === undefined ? [] : [new URL(uri).href])),
  );
  return (url, options) => {
    const { href } = new URL(url instanceof Request ? url.url : url);
    if (!registered.has(href)) return fetch(url, options);
    const unguarded = { ...options };
    delete unguarded.dispatcher;
    return fetch(url, unguarded);
  };
}

/** The library's configuration, made of the modules that each decide one thing. */
export function createConfiguration(options: ProviderOptions): Configuration {
  const { pool, redis, keys, clients, cookieKeys, audience, pages } = options;
  return {
    adapter: createAdapterFactory(pool, redis),
    jwks: { keys: keys.privateJwks },
    clients: clients.map(toClientMetadata),
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    extraClientMetadata: { properties: extraClientMetadata },
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    enabledJWA: {
      clientAuthSigningAlgValues: ["ES256", "RS256", "PS256", "EdDSA"],
      idTokenSigningAlgValues: ["ES256", "RS256", "EdDSA"],
      userinfoSigningAlgValues: ["ES256"],
      introspectionSigningAlgValues: ["ES256"],
      authorizationSigningAlgValues: ["ES256"],
    },
    responseTypes: ["code"],
    pkce: { required: () => true },
    scopes: ["openid", "profile", "email", "offline_access"],
    claims: {
      openid: ["sub"],
      profile: ["name", "roles"],
      email: ["email", "email_verified"],
      acr: null,
      auth_time: null,
      iss: null,
      sid: null,
    },
    conformIdTokenClaims: false,
    cookies: {
      names: {
        session: "mullion_identity",
        interaction: "mullion_interaction",
        resume: "mullion_resume",
      },
      keys: cookieKeys,
      long: { signed: true, httpOnly: true, sameSite: "lax" },
      short: { signed: true, httpOnly: true, sameSite: "lax" },
    },
    ttl: ttl(options.accessTokenTtlSeconds),
    features: features(options),
    fetch: createFetch(clients),
    findAccount: createFindAccount(pool),
    loadExistingGrant: createLoadGrant(pool, audience),
    extraParams: { scope: keepOfflineAccess },
    extraTokenClaims,
    issueRefreshToken,
    rotateRefreshToken: true,
    clientBasedCORS: (_ctx, origin, client) => isAllowedOrigin(client, origin),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: renderWith(pages).error,
  };
}
