import type { ClientRegistration } from "@mullion/contracts/client-registration";
import { deviceCodeGrant, type RegisteredClient } from "@mullion/contracts/identity-clients";
import type { Choice } from "@mullion/ui";

/** What most clients are one of; others are registered through the API. */
export type ClientKind = "web" | "spa" | "native" | "service" | "device";

/** The kinds in the words of whoever registers one. */
export const clientKinds: readonly Choice<ClientKind>[] = [
  { value: "web", label: "Web application with a server" },
  { value: "spa", label: "Application in the browser" },
  { value: "native", label: "Mobile or desktop app" },
  { value: "service", label: "Service without people" },
  { value: "device", label: "Command line or device" },
];

/** True for kinds that browsers are sent back to. */
export function redirects(kind: ClientKind): boolean {
  return kind === "web" || kind === "spa" || kind === "native";
}

/** What a form of few fields says about a new client. */
export interface ClientDraft {
  readonly clientId: string;
  readonly name: string;
  readonly kind: ClientKind;
  /** One per line. */
  readonly redirectUris: string;
}

/** Grants and authentication of a kind: the safest that it can use. */
const registrationOf: Readonly<
  Record<ClientKind, Pick<ClientRegistration, "grantTypes" | "applicationType" | "tokenEndpointAuthMethod">>
> = {
  web: { grantTypes: ["authorization_code", "refresh_token"] },
  spa: { grantTypes: ["authorization_code", "refresh_token"], tokenEndpointAuthMethod: "none" },
  native: {
    grantTypes: ["authorization_code", "refresh_token"],
    applicationType: "native",
    tokenEndpointAuthMethod: "none",
  },
  service: { grantTypes: ["client_credentials"] },
  device: {
    grantTypes: [deviceCodeGrant, "refresh_token"],
    applicationType: "native",
    tokenEndpointAuthMethod: "none",
  },
};

function originsOf(uris: readonly string[]): string[] {
  return [...new Set(uris.filter((uri) => URL.canParse(uri)).map((uri) => new URL(uri).origin))];
}

/** The registration that a draft stands for. A browser application may call identity from where it is sent back to. */
export function toRegistration({ clientId, name, kind, redirectUris }: ClientDraft): ClientRegistration {
  const uris = redirectUris
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return {
    clientId: clientId.trim(),
    ...(name.trim() === "" ? {} : { name: name.trim() }),
    ...registrationOf[kind],
    ...(redirects(kind) ? { redirectUris: uris } : {}),
    ...(kind === "spa" ? { origins: originsOf(uris) } : {}),
  };
}

/** How a client gets tokens, in a few words. */
export function describeGrants({ grantTypes }: Pick<RegisteredClient, "grantTypes">): string {
  return grantTypes.map((grant) => grant.split(":").at(-1)?.replaceAll("_", " ") ?? grant).join(", ");
}
