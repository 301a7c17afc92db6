import { hash, timingSafeEqual } from "node:crypto";
import type { Client, ClientMetadata } from "oidc-provider";
import type { RegisteredClient } from "./client-file.ts";

/** Metadata beside that of OpenID Connect Registration. */
export const extraClientMetadata = ["first_party", "own_scopes", "access_token_format"] as const;

// Secrets are generated, long and random: a plain hash is enough to keep them out of memory and heap dumps.
function hashSecret(secret: string): string {
  return hash("sha256", secret, "base64url");
}

/** A registered client in the form of OpenID Connect Registration, with its secret hashed. */
export function toClientMetadata(client: RegisteredClient): ClientMetadata {
  const signsIn = client.grantTypes.includes("authorization_code");
  return {
    client_id: client.clientId,
    ...(client.name === undefined ? {} : { client_name: client.name }),
    client_secret: hashSecret(client.clientSecret),
    token_endpoint_auth_method: "client_secret_basic",
    grant_types: client.grantTypes,
    response_types: signsIn ? ["code"] : [],
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    ...(client.backchannelLogoutUri === undefined
      ? {}
      : {
          backchannel_logout_uri: client.backchannelLogoutUri,
          // Without a sid the client would have to end every sign-in of the user.
          backchannel_logout_session_required: true,
        }),
    first_party: client.firstParty,
    own_scopes: client.scopes.join(" "),
    access_token_format: client.accessTokenFormat,
  };
}

/** Compares a secret with the stored hash in constant time. Stands in for the library's comparison of plain secrets. */
export function compareHashedSecret(this: Client, actual: string): boolean {
  const expected = Buffer.from(this.clientSecret ?? "");
  const given = Buffer.from(hashSecret(actual));
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** True for the platform's own clients. */
export function isFirstParty(client: Client): boolean {
  return client["first_party"] === true;
}

/** The form of the client's access tokens for a resource. */
export function accessTokenFormat(client: Client): "jwt" | "opaque" {
  return client["access_token_format"] === "opaque" ? "opaque" : "jwt";
}

/** What the client may do for itself, space-separated. */
export function ownScopes(client: Client): string {
  return typeof client["own_scopes"] === "string" ? client["own_scopes"] : "";
}
