import { scopesByRole, scopesForRoles } from "@mullion/contracts";
import {
  type Client,
  type Configuration,
  errors,
  type KoaContextWithOIDC,
  type ResourceServer,
} from "oidc-provider";
import { ownScopes } from "../clients/client-metadata.ts";
import { UserAccount } from "../users/account.ts";

/** Every API scope that some user may have. */
export const userScopes: ReadonlySet<string> = new Set<string>(Object.values(scopesByRole).flat());

function actsForItself(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.params?.["grant_type"] === "client_credentials";
}

/**
 * What a token may carry at most. The grant says what the client may have; the user's roles of this moment say what the
 * user may have. Before anybody is known (authorization endpoint) nothing is cut yet.
 */
function scopesOf(ctx: KoaContextWithOIDC, client: Client): string {
  if (actsForItself(ctx)) return ownScopes(client);
  const { account } = ctx.oidc;
  const scopes = account instanceof UserAccount ? scopesForRoles(account.user.roles) : [...userScopes];
  return scopes.join(" ");
}

function asksForApi(ctx: KoaContextWithOIDC): boolean {
  return [...ctx.oidc.requestParamScopes].some((scope) => userScopes.has(scope));
}

type ResourceIndicators = NonNullable<NonNullable<Configuration["features"]>["resourceIndicators"]>;

/**
 * The platform's API as the one resource (RFC 8707). A client that asks for API scopes gets a JWT for it (RFC 9068)
 * without naming it; one that asks only who the user is gets an opaque token for userinfo.
 */
export function apiResource(audience: string, accessTokenTtlSeconds: number): ResourceIndicators {
  return {
    enabled: true,
    defaultResource: (ctx, _client, oneOf) => {
      if (oneOf !== undefined) return oneOf;
      return actsForItself(ctx) || asksForApi(ctx) ? audience : undefined;
    },
    useGrantedResource: () => true,
    getResourceServerInfo: (ctx, resource, client): ResourceServer => {
      if (resource !== audience) throw new errors.InvalidTarget();
      return {
        scope: scopesOf(ctx, client),
        audience,
        accessTokenTTL: accessTokenTtlSeconds,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "ES256" } },
      };
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
  return { name, email, roles, ...(token.sid === undefined ? {} : { sid: token.sid }) };
};
