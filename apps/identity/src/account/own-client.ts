import { type RegisteredClient, registerClient } from "../clients/registered-client.ts";

/** The client that identity is of itself. */
export const ownClientId = "mullion-account";

/** Where sign-ins to the account area end. */
export const ownCallback = "/account/callback";

/** Identity as its own client: signing in to the account area is an ordinary authorization request. */
export function ownClient(issuer: string): RegisteredClient {
  return registerClient({
    clientId: ownClientId,
    name: "Mullion account",
    tokenEndpointAuthMethod: "none",
    grantTypes: ["authorization_code"],
    redirectUris: [`${issuer}${ownCallback}`],
    firstParty: true,
  });
}
