import type { ClientSettings } from "@mullion/contracts/client-registration";
import type { Client, ClientMetadata } from "oidc-provider";
import { z } from "zod";
import { hashClientSecret, isSameHash } from "./client-secret.ts";
import type { SecretHashes } from "./client-store.ts";

/** Metadata beside that of OpenID Connect Registration. */
export const extraClientMetadata = [
  "first_party",
  "first_party_api",
  "own_scopes",
  "user_scopes",
  "access_token_format",
  "origins",
  "session_policy",
  "token_exchange",
  "require_pkce",
  "previous_secret",
] as const;

function authentication(
  { tokenEndpointAuthMethod, jwks }: ClientSettings,
  { secretHash, previousSecret }: SecretHashes,
): Partial<ClientMetadata> {
  return {
    token_endpoint_auth_method: tokenEndpointAuthMethod,
    ...(secretHash === null ? {} : { client_secret: secretHash }),
    ...(previousSecret === null
      ? {}
      : { previous_secret: { hash: previousSecret.hash, expires_at: previousSecret.expiresAt?.getTime() } }),
    ...(jwks === undefined ? {} : { jwks }),
  };
}

function logout({ backchannelLogoutUri }: ClientSettings): Partial<ClientMetadata> {
  if (backchannelLogoutUri === undefined) return {};
  return {
    backchannel_logout_uri: backchannelLogoutUri,
    // Without a sid the client would have to end every sign-in of the user.
    backchannel_logout_session_required: true,
  };
}

/** A client in the form of OpenID Connect Registration, with the hashes of its secrets for secrets. */
export function toClientMetadata(client: ClientSettings, secrets: SecretHashes): ClientMetadata {
  const { name, sessionPolicy, tokenExchange } = client;
  return {
    client_id: client.clientId,
    ...(name === undefined ? {} : { client_name: name }),
    application_type: client.applicationType,
    ...authentication(client, secrets),
    grant_types: client.grantTypes,
    response_types: client.grantTypes.includes("authorization_code") ? ["code"] : [],
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    ...logout(client),
    id_token_signed_response_alg: client.idTokenSignedResponseAlg,
    dpop_bound_access_tokens: client.dpopBoundAccessTokens,
    require_pushed_authorization_requests: client.requirePushedAuthorizationRequests,
    require_pkce: client.requirePkce,
    first_party: client.firstParty,
    first_party_api: client.firstPartyApi,
    own_scopes: client.scopes.join(" "),
    ...(client.userScopes === undefined ? {} : { user_scopes: client.userScopes }),
    access_token_format: client.accessTokenFormat,
    origins: client.origins,
    ...(sessionPolicy === undefined ? {} : { session_policy: sessionPolicy }),
    ...(tokenExchange === undefined ? {} : { token_exchange: tokenExchange }),
  };
}

const previousSecretSchema = z.object({ hash: z.string(), expires_at: z.number().optional() }).optional();

/** Compares a secret with the stored hashes in constant time. Stands in for the library's comparison of plain secrets. */
export function compareHashedSecret(this: Client, actual: string): boolean {
  const previous = previousSecretSchema.parse(this["previous_secret"]);
  const takesPrevious = previous !== undefined && (previous.expires_at ?? Infinity) > Date.now();
  const given = hashClientSecret(actual);
  const hashes = [this.clientSecret ?? "", takesPrevious ? previous.hash : ""];
  return hashes.map((hashed) => isSameHash(hashed, given)).includes(true);
}

/** True for the platform's own clients. */
export function isFirstParty(client: Client): boolean {
  return client["first_party"] === true;
}

/** True for every client but those that the operator excused: whoever catches a code must not be able to use it. */
export function mustUsePkce(client: Client): boolean {
  return client["require_pkce"] !== false;
}

/** True when scripts of this origin may call the protocol's endpoints as the client. */
export function isAllowedOrigin(client: Client, origin: string): boolean {
  const origins = client["origins"];
  return Array.isArray(origins) && origins.includes(origin);
}

/** True for a client that may use the session API for first-party applications. */
export function mayUseFirstPartyApi(client: Client): boolean {
  return client["first_party_api"] === true;
}

const sessionPolicySchema = z.object({
  bindTo: z.array(z.enum(["user_agent", "network"])).default([]),
  idleSeconds: z.number().optional(),
});

/** What ends a session of the session API. */
export type SessionPolicy = z.output<typeof sessionPolicySchema>;

/** What ends a session of the session API at this client. */
export function sessionPolicyOf(client: Client): SessionPolicy {
  return sessionPolicySchema.parse(client["session_policy"] ?? {});
}

/** Browser origins that may call as the client. */
export function originsOf(client: Client): string[] {
  return z.array(z.string()).parse(client["origins"] ?? []);
}

const tokenExchangeSchema = z.object({ audiences: z.array(z.string()), subjectClients: z.array(z.string()) });

/** What the client may exchange tokens for, and whose; undefined when nothing. */
export function tokenExchangePolicy(client: Client): z.output<typeof tokenExchangeSchema> | undefined {
  return tokenExchangeSchema.optional().parse(client["token_exchange"]);
}

/** The form of the client's access tokens for a resource. */
export function accessTokenFormat(client: Client): "jwt" | "opaque" {
  return client["access_token_format"] === "opaque" ? "opaque" : "jwt";
}

/** True when the client may do this for a user whose roles allow it. */
export function mayDoForUsers(client: Client, scope: string): boolean {
  const limit = client["user_scopes"];
  return !Array.isArray(limit) || limit.includes(scope);
}

/** What the client may do for itself, space-separated. */
export function ownScopes(client: Client): string {
  return typeof client["own_scopes"] === "string" ? client["own_scopes"] : "";
}
