import type { Scope } from "@mullion/contracts";
import type { Secrets } from "./secrets.ts";

/** One entry of identity's CLIENTS_FILE. `scopes` are what the client may ask for itself (client_credentials). */
export interface ClientEntry {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly grantTypes: readonly string[];
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  /** Where it hears of sign-ins that were ended elsewhere. */
  readonly backchannelLogoutUri?: string;
  readonly scopes: readonly Scope[];
  readonly firstParty: boolean;
}

/** Clients of the local platform whose shell is at `shellOrigin`. */
export function platformClients(secrets: Secrets, shellOrigin: string): ClientEntry[] {
  const machine = (clientId: string, clientSecret: string, scopes: readonly Scope[]): ClientEntry => ({
    clientId,
    clientSecret,
    grantTypes: ["client_credentials"],
    redirectUris: [],
    postLogoutRedirectUris: [],
    scopes,
    firstParty: true,
  });
  return [
    {
      ...machine("mullion-shell", secrets.shellClient, ["registry:read"]),
      grantTypes: ["authorization_code", "refresh_token", "client_credentials"],
      redirectUris: [`${shellOrigin}/api/auth/callback/mullion`],
      postLogoutRedirectUris: [`${shellOrigin}/`],
      backchannelLogoutUri: `${shellOrigin}/api/auth/backchannel-logout`,
    },
    machine("mullion-gateway", secrets.gatewayClient, ["events:write"]),
    machine("mullion-identity", secrets.identityClient, ["events:write"]),
    machine("mullion-deploy", secrets.deployClient, ["registry:publish", "registry:read"]),
  ];
}
