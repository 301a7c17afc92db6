import { apiAudience, type Scope } from "@mullion/contracts";
import type { ClientRegistration } from "@mullion/contracts/client-registration";
import { deviceCodeGrant, tokenExchangeGrant } from "@mullion/contracts/identity-clients";
import type { Secrets } from "./secrets.ts";

/** One entry of identity's CLIENTS_FILE. */
type ClientEntry = ClientRegistration & { readonly clientSecret?: string };

function machine(clientId: string, clientSecret: string, scopes: Scope[]): ClientEntry {
  return { clientId, clientSecret, grantTypes: ["client_credentials"], scopes, firstParty: true };
}

/** Clients of the local platform whose shell is at `shellOrigin`. */
export function platformClients(secrets: Secrets, shellOrigin: string): ClientEntry[] {
  return [
    {
      ...machine("mullion-shell", secrets.shellClient, ["registry:read", "registry:host", "events:write"]),
      name: "Mullion",
      grantTypes: ["authorization_code", "refresh_token", "client_credentials"],
      redirectUris: [`${shellOrigin}/api/auth/callback/mullion`],
      postLogoutRedirectUris: [`${shellOrigin}/`],
      backchannelLogoutUri: `${shellOrigin}/api/auth/backchannel-logout`,
    },
    machine("mullion-gateway", secrets.gatewayClient, ["events:write"]),
    machine("mullion-identity", secrets.identityClient, ["events:write"]),
    machine("mullion-registry", secrets.registryClient, ["insights:read"]),
    machine("mullion-deploy", secrets.deployClient, ["registry:publish", "registry:read"]),
    machine("mullion-operator", secrets.operatorClient, ["registry:admin", "registry:read"]),
    {
      clientId: "mullion-cli",
      name: "Mullion CLI",
      applicationType: "native",
      tokenEndpointAuthMethod: "none",
      grantTypes: [deviceCodeGrant, "refresh_token"],
      firstParty: true,
    },
    ...demoClients(secrets),
  ];
}

// Where Vite serves an application that is being developed.
const spaOrigin = "http://localhost:5173";

/** One client of each further kind, to try the guides with. */
function demoClients(secrets: Secrets): ClientEntry[] {
  return [
    {
      clientId: "mullion-spa",
      name: "Single-page application",
      tokenEndpointAuthMethod: "none",
      grantTypes: ["authorization_code", "refresh_token"],
      redirectUris: [`${spaOrigin}/`, `${spaOrigin}/callback`],
      postLogoutRedirectUris: [`${spaOrigin}/`],
      origins: [spaOrigin],
      userScopes: ["profile:read", "profile:write", "insights:read"],
      firstParty: true,
      firstPartyApi: true,
    },
    {
      clientId: "mullion-native",
      name: "Desktop application",
      applicationType: "native",
      tokenEndpointAuthMethod: "none",
      grantTypes: ["authorization_code", "refresh_token"],
      redirectUris: ["http://127.0.0.1/callback", "com.example.mullion:/callback"],
    },
    {
      clientId: "mullion-worker",
      clientSecret: secrets.workerClient,
      grantTypes: ["client_credentials", tokenExchangeGrant],
      scopes: ["events:write"],
      tokenExchange: {
        audiences: [apiAudience],
        subjectClients: ["mullion-shell", "mullion-spa", "mullion-cli"],
      },
    },
  ];
}
