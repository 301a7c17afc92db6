import { z } from "zod";
import { clientFields, tokenExchangeGrant } from "./identity-clients.ts";
import { originProblem, redirectUriProblem } from "./redirect-uri.ts";

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
