import type { Pool } from "@mullion/postgres";
import type { RedisClient } from "@mullion/token-store";
import type { Configuration } from "oidc-provider";
import { createClientAdapter } from "../clients/client-adapter.ts";
import { extraClientMetadata, isAllowedOrigin, mustUsePkce } from "../clients/client-metadata.ts";
import type { ClientRegistry } from "../clients/client-registry.ts";
import { inProcessKey } from "../keys/in-process-key.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import type { Mailer } from "../mail/mailer.ts";
import type { PageContext } from "../pages/layout.ts";
import { mailReuse } from "../refresh-tokens/reuse-mail.ts";
import { createAdapterFactory } from "../storage/create-adapter.ts";
import { createFindAccount } from "../users/account.ts";
import { acrValues } from "./authentication-context.ts";
import { deriveSecret, providerCookies } from "./cookies.ts";
import { features } from "./features.ts";
import { checkParameters } from "./malformed-requests.ts";
import { renderWith } from "./provider-pages.ts";
import { extraTokenClaims } from "./resources.ts";
import { createLoadGrant, issueRefreshToken, keepOfflineAccess } from "./sign-in-grants.ts";

/** What the provider is made of. */
export interface ProviderOptions {
  issuer: string;
  audience: string;
  accessTokenTtlSeconds: number;
  cookieKeys: readonly string[];
  clients: ClientRegistry;
  keys: SigningKeys;
  pool: Pool;
  redis: RedisClient;
  mailer: Mailer;
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
    DeviceCode: 10 * 60,
    Interaction: 60 * 60,
    Session: 14 * daySeconds,
    Grant: refreshTokenSeconds,
    // 45 days from the sign-in: a rotation does not make them longer.
    RefreshToken: (ctx) => ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? refreshTokenSeconds,
  };
}

/**
 * The library refuses to connect to private addresses, as it should where strangers register clients. Ours are the
 * operator's, and a client's own network is where its address for logouts is best kept.
 */
function createFetch(clients: ClientRegistry): NonNullable<Configuration["fetch"]> {
  return async (url, options) => {
    const { href } = new URL(url instanceof Request ? url.url : url);
    if (!(await clients.hearsLogoutsAt(href))) return fetch(url, options);
    const unguarded = { ...options };
    delete unguarded.dispatcher;
    return fetch(url, unguarded);
  };
}

/** The library's configuration, made of the modules that each decide one thing. */
export function createConfiguration(options: ProviderOptions): Configuration {
  const { issuer, pool, redis, keys, clients, cookieKeys, audience, pages, mailer } = options;
  const { privateJwks, algorithms } = keys.current;
  const userCodeSecrets = cookieKeys.map((key) => deriveSecret(key, "user-code"));
  const adapters = createAdapterFactory(pool, redis, {
    userCodeSecrets,
    tellOfReuse: (client, userId) => mailReuse({ mailer, issuer }, client, userId),
  });
  const clientAdapter = createClientAdapter(clients, algorithms);
  return {
    adapter: (model) => (model === "Client" ? clientAdapter : adapters(model)),
    jwks: { keys: privateJwks.map(inProcessKey) },
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
    acrValues,
    pkce: { required: (_ctx, client) => mustUsePkce(client) },
    scopes: ["openid", "profile", "email", "offline_access"],
    claims: {
      openid: ["sub", "auth_time", "acr", "amr"],
      profile: ["name", "roles"],
      email: ["email", "email_verified"],
      iss: null,
      sid: null,
    },
    conformIdTokenClaims: false,
    cookies: providerCookies(issuer, cookieKeys),
    ttl: ttl(options.accessTokenTtlSeconds),
    features: features(options),
    fetch: createFetch(clients),
    findAccount: createFindAccount(pool),
    loadExistingGrant: createLoadGrant(pool, audience),
    extraParams: {
      scope: (ctx, value, client) => {
        checkParameters(ctx);
        return keepOfflineAccess(ctx, value, client);
      },
    },
    extraTokenClaims,
    issueRefreshToken,
    rotateRefreshToken: true,
    clientBasedCORS: (_ctx, origin, client) => isAllowedOrigin(client, origin),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: renderWith(pages).error,
  };
}
