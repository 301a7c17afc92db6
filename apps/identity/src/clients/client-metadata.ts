import { hash, timingSafeEqual } from "node:crypto";
import type { Client, ClientMetadata } from "oidc-provider";
import { z } from "zod";
import type { RegisteredClient } from "./registered-client.ts";

/** Metadata beside that of OpenID Connect Registration. */
export const extraClientMetadata = [
  "first_party",
  "first_party_api",
  "own_scopes",
  "access_token_format",
  "origins",
  "token_exchange",
  "require_pkce",
  "previous_secret",
] as const;

// Secrets are generated, long and random: a plain hash is enough to keep them out of memory and heap dumps.
function hashSecret(secret: string): string {
  return hash("sha256", secret, "base64url");
}

function authentication(client: RegisteredClient): Partial<ClientMetadata> {
  const { tokenEndpointAuthMethod, clientSecret, previousClientSecret, jwks } = client;
  return {
    token_endpoint_auth_method: tokenEndpointAuthMethod,
    ...(clientSecret === undefined ? {} : { client_secret: hashSecret(clientSecret) }),
    ...(previousClientSecret === undefined ? {} : { previous_secret: hashSecret(previousClientSecret) }),
    ...(jwks === undefined ? {} : { jwks }),
  };
}

function logout({ backchannelLogoutUri }: RegisteredClient): Partial<ClientMetadata> {
  if (backchannelLogoutUri === undefined) return {};
  return {
    backchannel_logout_uri: backchannelLogoutUri,
    // Without a sid the client would have to end every sign-in of the user.
    backchannel_logout_session_required: true,
  };
}

/** A registered client in the form of OpenID Connect Registration, with its secrets hashed. */
export function toClientMetadata(client: RegisteredClient): ClientMetadata {
  const { name, tokenExchange } = client;
  return {
    client_id: client.clientId,
    ...(name === undefined ? {} : { client_name: name }),
    application_type: client.applicationType,
    ...authentication(client),
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
    access_token_format: client.accessTokenFormat,
    origins: client.origins,
    ...(tokenExchange === undefined ? {} : { token_exchange: tokenExchange }),
  };
}

function isSecret(hashed: unknown, given: Buffer): boolean {
  const expected = Buffer.from(typeof hashed === "string" ? hashed : "");
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** Compares a secret with the stored hashes in constant time. Stands in for the library's comparison of plain secrets. */
export function compareHashedSecret(this: Client, actual: string): boolean {
  const given = Buffer.from(hashSecret(actual));
  const matches = [this.clientSecret, this["previous_secret"]].map((hashed) => isSecret(hashed, given));
  return matches.includes(true);
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

const tokenExchangeSchema = z.object({ audiences: z.array(z.string()), subjectClients: z.array(z.string()) });

/** What the client may exchange tokens for, and whose; undefined when nothing. */
export function tokenExchangePolicy(client: Client): z.output<typeof tokenExchangeSchema> | undefined {
  return tokenExchangeSchema.optional().parse(client["token_exchange"]);
}

/** The form of the client's access tokens for a resource. */
export function accessTokenFormat(client: Client): "jwt" | "opaque" {
  return client["access_token_format"] === "opaque" ? "opaque" : "jwt";
}

/** What the client may do for itself, space-separated. */
export function ownScopes(client: Client): string {
  return typeof client["own_scopes"] === "string" ? client["own_scopes"] : "";
}
