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
      client.firstPartyApi && !(firstParty && origins.length > 0 && grants.has("refresh_token")),
      "firstPartyApi",
      "needs firstParty, at least one origin and the grant refresh_token",
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
