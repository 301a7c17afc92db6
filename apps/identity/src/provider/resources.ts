import { identityAudience, scopesByRole, scopesForRoles } from "@mullion/contracts";
import {
  type Client,
  type Configuration,
  errors,
  type KoaContextWithOIDC,
  type ResourceServer,
} from "oidc-provider";
import { grantClaim } from "../access-tokens/active-tokens.ts";
import { accessTokenFormat, mayDoForUsers, ownScopes } from "../clients/client-metadata.ts";
import { subjectTokenOf } from "../grants/subject-token.ts";
import { UserAccount } from "../users/account.ts";

const everyUserScope: ReadonlySet<string> = new Set(Object.values(scopesByRole).flat());

/** Scopes of a user by the resource (RFC 8707) they belong to: a token for one resource carries none of another's. */
export type UserScopes = ReadonlyMap<string, readonly string[]>;

const identityScope = /^(?:users|clients|keys|sessions|audit):/;

function belongsToIdentity(scope: string): boolean {
  return identityScope.test(scope);
}

/** The platform's two resources: identity's own admin API, and the API of all other services. */
export function userScopesOf(apiAudience: string): UserScopes {
  return new Map([
    [apiAudience, [...everyUserScope].filter((scope) => !belongsToIdentity(scope))],
    [identityAudience, [...everyUserScope].filter(belongsToIdentity)],
  ]);
}

function actsForItself(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.params?.["grant_type"] === "client_credentials";
}

/** What a client may do for itself with a token for this resource. */
function clientScopesOf(client: Client, resource: string): string {
  const forIdentity = resource === identityAudience;
  return ownScopes(client)
    .split(" ")
    .filter((scope) => belongsToIdentity(scope) === forIdentity)
    .join(" ");
}

/**
 * What a token for a resource may carry at most. The grant and the register say what the client may have; the user's
 * roles of this moment say what the user may have. Before anybody is known (authorization endpoint) nothing is cut yet.
 */
function scopesOf(
  ctx: KoaContextWithOIDC,
  client: Client,
  { resource, scopes }: { resource: string; scopes: readonly string[] },
): string {
  if (actsForItself(ctx)) return clientScopesOf(client, resource);
  const { account } = ctx.oidc;
  const limited = scopes.filter((scope) => mayDoForUsers(client, scope));
  if (!(account instanceof UserAccount)) return limited.join(" ");
  const allowed = new Set<string>(scopesForRoles(account.user.roles));
  return limited.filter((scope) => allowed.has(scope)).join(" ");
}

function asksForApi(ctx: KoaContextWithOIDC): boolean {
  return [...ctx.oidc.requestParamScopes].some((scope) => everyUserScope.has(scope));
}

/** What a token of this client for a resource is like: a JWT (RFC 9068), or opaque where the client asks for that. */
export function resourceServer(
  client: Client,
  { resource, scope, ttlSeconds }: { resource: string; scope: string; ttlSeconds: number },
): ResourceServer & { accessTokenTTL: number } {
  return {
    scope,
    audience: resource,
    accessTokenTTL: ttlSeconds,
    accessTokenFormat: accessTokenFormat(client),
    jwt: { sign: { alg: "ES256" } },
  };
}

type ResourceIndicators = NonNullable<NonNullable<Configuration["features"]>["resourceIndicators"]>;

/**
 * The platform's resources. A client that asks for API scopes gets a JWT for the API (RFC 9068) without naming it; one
 * that asks only who the user is gets an opaque token for userinfo. Whoever was granted several resources names, at
 * the token endpoint, the one that the token is to be for; unnamed it is the API.
 */
export function resourceIndicators(apiAudience: string, accessTokenTtlSeconds: number): ResourceIndicators {
  const userScopes = userScopesOf(apiAudience);
  return {
    enabled: true,
    defaultResource: (ctx, _client, oneOf) => {
      if (oneOf !== undefined) return oneOf.includes(apiAudience) ? apiAudience : oneOf;
      return actsForItself(ctx) || asksForApi(ctx) ? apiAudience : undefined;
    },
    useGrantedResource: () => true,
    getResourceServerInfo: (ctx, resource, client): ResourceServer => {
      const scopes = userScopes.get(resource);
      if (scopes === undefined) throw new errors.InvalidTarget();
      const scope = scopesOf(ctx, client, { resource, scopes });
      return resourceServer(client, { resource, scope, ttlSeconds: accessTokenTtlSeconds });
    },
  };
}

/** Claims of an access token for the API beside the registered ones: who the user is, in which roles and sign-in. */
export const extraTokenClaims: NonNullable<Configuration["extraTokenClaims"]> = (ctx, token) => {
  const { account } = ctx.oidc;
  if (token.kind !== "AccessToken" || token.aud === undefined || !(account instanceof UserAccount)) {
    return undefined;
  }
  const { name, email, roles } = account.user;
  const { grantId, sid } = token;
  const subject = subjectTokenOf(ctx);
  return {
    ...{ name, email, roles },
    ...(sid === undefined ? {} : { sid }),
    // A JWT is not stored: this is what introspection finds its grant by.
    grant: subject?.grant ?? grantClaim(grantId),
    ...(subject && { act: subject.act }),
  };
};
