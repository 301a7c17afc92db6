import { z } from "zod";
import { scopeSchema } from "./scopes.ts";

/** `grant_types` of the device flow (RFC 8628). */
export const deviceCodeGrant = "urn:ietf:params:oauth:grant-type:device_code";
/** `grant_types` of token exchange (RFC 8693). */
export const tokenExchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";

/** Kinds of client as OpenID Connect Registration names them. */
export const applicationTypeSchema = z.enum(["web", "native"]);
export type ApplicationType = z.infer<typeof applicationTypeSchema>;

/** How a client may get tokens, by the names of the protocol. */
export const grantTypeSchema = z.enum([
  "authorization_code",
  "refresh_token",
  "client_credentials",
  deviceCodeGrant,
  tokenExchangeGrant,
]);

/** Algorithms that identity signs with. */
export const signingAlgorithmSchema = z.enum(["ES256", "RS256", "EdDSA"]);
export type SigningAlgorithm = z.infer<typeof signingAlgorithmSchema>;

const publicJwkSchema = z
  .looseObject({ kty: z.enum(["EC", "RSA", "OKP"]), kid: z.string().min(1).optional() })
  .refine((jwk) => !("d" in jwk), "must be a public key: this one has its private part");

const clientIdSchema = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);

/** Fields of a client, less its secret. */
export const clientFields = {
  clientId: clientIdSchema,
  /** Name on the consent page. */
  name: z.string().min(1).max(60).optional(),
  /** `native` for apps on a device: any port of a loopback address, and private-use schemes (RFC 8252). */
  applicationType: applicationTypeSchema.default("web"),
  /** `none` is a public client. One with a secret may send it either way, in the header or in the body. */
  tokenEndpointAuthMethod: z
    .enum(["client_secret_basic", "private_key_jwt", "none"])
    .default("client_secret_basic"),
  /** Public keys of a client that signs its assertions (`private_key_jwt`). */
  jwks: z.strictObject({ keys: z.array(publicJwkSchema).min(1).max(8) }).optional(),
  grantTypes: z.array(grantTypeSchema).min(1),
  /** Compared as they are, character by character. */
  redirectUris: z.array(z.string().max(2000)).max(50).default([]),
  postLogoutRedirectUris: z.array(z.string().max(2000)).max(50).default([]),
  /** Where the client hears of sign-ins that end elsewhere (OpenID Connect Back-Channel Logout 1.0). */
  backchannelLogoutUri: z.url({ protocol: /^https?$/ }).optional(),
  /** What the client may do for itself (`client_credentials`). */
  scopes: z.array(scopeSchema).default([]),
  /** What the client may do for a user at most, whatever the user's roles allow; no limit of its own when not given. */
  userScopes: z.array(scopeSchema).optional(),
  /** `opaque` for a client whose tokens are to say nothing to whoever finds one; only introspection tells what it is. */
  accessTokenFormat: z.enum(["jwt", "opaque"]).default("jwt"),
  /** Algorithm of its ID tokens and logout tokens. */
  idTokenSignedResponseAlg: signingAlgorithmSchema.default("ES256"),
  /** Browser origins that may call the token endpoint and the like with scripts. */
  origins: z.array(z.string().max(300)).max(50).default([]),
  /** The platform's own client: nobody is asked for consent. */
  firstParty: z.boolean().default(false),
  /** May use the session API for first-party applications in a browser, from its origins. */
  firstPartyApi: z.boolean().default(false),
  /** What ends a session of the session API, besides signing out and 45 days. */
  sessionPolicy: z
    .strictObject({
      /** What must be as it was at the sign-in: the browser and its system, without versions; the network. */
      bindTo: z
        .array(z.enum(["user_agent", "network"]))
        .max(2)
        .default([]),
      /** Not refreshed for so long. */
      idleSeconds: z
        .number()
        .int()
        .min(60)
        .max(45 * 24 * 60 * 60)
        .optional(),
    })
    .optional(),
  /** What it may exchange tokens for (RFC 8693), and whose. */
  tokenExchange: z
    .strictObject({
      /** Resources that the new token may be for. */
      audiences: z.array(z.string().min(1).max(300)).min(1).max(20),
      /** Clients whose tokens it may bring. */
      subjectClients: z.array(clientIdSchema).min(1).max(50),
    })
    .optional(),
  /** Its access tokens are bound to a key of its own (DPoP, RFC 9449). */
  dpopBoundAccessTokens: z.boolean().default(false),
  /** `false` only for a confidential client whose library cannot do PKCE (RFC 7636): its codes are worth stealing. */
  requirePkce: z.boolean().default(true),
  /** Authorization requests come through the back channel first (PAR, RFC 9126). */
  requirePushedAuthorizationRequests: z.boolean().default(false),
} as const;

/** A client as the admin API shows one. Clients of the operator's file are changed there. */
export const registeredClientSchema = z.object({
  ...clientFields,
  source: z.enum(["file", "api"]),
  disabled: z.boolean(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** Until when the secret before the present one is taken too; null when there is none, or no end. */
  previousSecretExpiresAt: z.iso.datetime().nullable(),
});
export type RegisteredClient = z.infer<typeof registeredClientSchema>;

/** `GET /identity/clients` */
export const clientListSchema = z.object({ clients: z.array(registeredClientSchema) });
export type ClientList = z.infer<typeof clientListSchema>;

/** `POST /identity/clients`: the secret is shown this once. Clients that have none get none. */
export const createdClientSchema = z.object({
  client: registeredClientSchema,
  clientSecret: z.string().optional(),
});
export type CreatedClient = z.infer<typeof createdClientSchema>;

/** A new secret, shown this once. */
export const clientSecretSchema = z.object({
  clientSecret: z.string(),
  previousSecretExpiresAt: z.iso.datetime().nullable(),
});
export type ClientSecret = z.infer<typeof clientSecretSchema>;
