import { z } from "zod";
import { applicationTypeSchema, originProblem, redirectUriProblem } from "./redirect-uri.ts";
import { scopeSchema } from "./scopes.ts";

/** `grant_types` of the device flow (RFC 8628). */
export const deviceCodeGrant = "urn:ietf:params:oauth:grant-type:device_code";
/** `grant_types` of token exchange (RFC 8693). */
export const tokenExchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";

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

const fieldsSchema = z.strictObject(clientFields);
type ClientFields = z.output<typeof fieldsSchema>;
interface Found {
  path: (string | number)[];
  message: string;
}

function addressProblems(client: ClientFields): Found[] {
  const { applicationType, redirectUris, postLogoutRedirectUris, origins } = client;
  const check = (
    field: string,
    values: readonly string[],
    problemOf: (value: string) => string | undefined,
  ) =>
    values.flatMap((value, at): Found[] => {
      const problem = problemOf(value);
      return problem === undefined ? [] : [{ path: [field, at], message: `${value} ${problem}` }];
    });
  return [
    ...check("redirectUris", redirectUris, (uri) => redirectUriProblem(uri, applicationType)),
    ...check("postLogoutRedirectUris", postLogoutRedirectUris, (uri) =>
      redirectUriProblem(uri, applicationType),
    ),
    ...check("origins", origins, originProblem),
  ];
}

/** Each rule: when it holds, the field and what to do. */
function contradictions(client: ClientFields): Found[] {
  const grants = new Set<string>(client.grantTypes);
  const { tokenEndpointAuthMethod: method, redirectUris, jwks, tokenExchange, firstParty, origins } = client;
  const isPublic = method === "none";
  const rules: readonly (readonly [boolean, string, string])[] = [
    [
      grants.has("authorization_code") && redirectUris.length === 0,
      "redirectUris",
      "authorization_code needs a redirect URI",
    ],
    [
      !grants.has("authorization_code") && redirectUris.length > 0,
      "redirectUris",
      "only authorization_code sends browsers to one",
    ],
    [
      isPublic && grants.has("client_credentials"),
      "grantTypes",
      "a public client cannot use client_credentials",
    ],
    [isPublic && grants.has(tokenExchangeGrant), "grantTypes", "a public client cannot exchange tokens"],
    [isPublic && !client.requirePkce, "requirePkce", "a public client cannot do without"],
    [
      (method === "private_key_jwt") !== (jwks !== undefined),
      "jwks",
      "private_key_jwt needs jwks, and nothing else does",
    ],
    [
      grants.has(tokenExchangeGrant) !== (tokenExchange !== undefined),
      "tokenExchange",
      "token-exchange needs a policy, and nothing else does",
    ],
    [
      client.scopes.length > 0 && !grants.has("client_credentials"),
      "scopes",
      "only client_credentials uses scopes of the client's own",
    ],
    [
      client.firstPartyApi && !(firstParty && origins.length > 0 && isPublic),
      "firstPartyApi",
      'needs firstParty, at least one origin and "tokenEndpointAuthMethod": "none"',
    ],
    // A code is what its tokens come of, and the sign-in page is where it sends people when a password is not enough.
    [
      client.firstPartyApi && !(grants.has("authorization_code") && grants.has("refresh_token")),
      "firstPartyApi",
      "needs the grants authorization_code and refresh_token",
    ],
    [
      client.sessionPolicy !== undefined && !client.firstPartyApi,
      "sessionPolicy",
      "is about the session API, which needs firstPartyApi",
    ],
  ];
  return rules.flatMap(([broken, field, message]) => (broken ? [{ path: [field], message }] : []));
}

/** Reports what contradicts itself in a client, or is unsafe, by field. */
export function checkClient(client: ClientFields, context: z.RefinementCtx): void {
  for (const { path, message } of [...addressProblems(client), ...contradictions(client)]) {
    context.addIssue({ code: "custom", path, message });
  }
}

/** A client without its secret, as it is kept. */
export type ClientSettings = ClientFields;

/** `POST /identity/clients`. The secret is made by identity. */
export const clientRegistrationSchema = fieldsSchema.superRefine(checkClient);
export type ClientRegistration = z.input<typeof clientRegistrationSchema>;

/**
 * `PATCH /identity/clients/:id`, a merge patch (RFC 7396): null takes a field away. How a client authenticates cannot be
 * changed: whoever trusted it trusted that.
 */
export const clientPatchSchema = z
  .looseObject({ disabled: z.boolean().optional() })
  .refine((patch) => !("clientId" in patch), { path: ["clientId"], message: "cannot be changed" })
  .refine((patch) => !("tokenEndpointAuthMethod" in patch), {
    path: ["tokenEndpointAuthMethod"],
    message: "cannot be changed: register another client",
  });
export type ClientPatch = z.infer<typeof clientPatchSchema>;

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

const daySeconds = 24 * 60 * 60;

/** `POST /identity/clients/:id/secret`: for how long the secret before it is still taken; 0 when it is known to others. */
export const secretRotationSchema = z.strictObject({
  overlapSeconds: z
    .number()
    .int()
    .min(0)
    .max(30 * daySeconds)
    .default(daySeconds),
});
export type SecretRotation = z.input<typeof secretRotationSchema>;

/** A new secret, shown this once. */
export const clientSecretSchema = z.object({
  clientSecret: z.string(),
  previousSecretExpiresAt: z.iso.datetime().nullable(),
});
export type ClientSecret = z.infer<typeof clientSecretSchema>;
