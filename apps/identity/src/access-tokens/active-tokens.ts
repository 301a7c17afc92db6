import { AccessTokenError, type Verifier } from "@mullion/access-token";
import {
  type AccessTokenClaims,
  accessTokenClaimsSchema,
  type Role,
  roleSchema,
  scopesForRoles,
} from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";
import { decodeJwt } from "jose";
import type Provider from "oidc-provider";
import { z } from "zod";
import { ownScopes } from "../clients/client-metadata.ts";
import { toProviderError } from "../storage/create-adapter.ts";
import { hashId } from "../storage/id-hash.ts";
import type { DeniedTokens } from "./denied-tokens.ts";

/** Tells of an access token whether it is good at this moment, not only whether it was when it was issued. */
export interface ActiveTokens {
  /**
   * The claims of a token that was not revoked and whose grant still exists, with the scopes that the user's roles of
   * this moment leave of it; undefined for any other. Rejects as the adapter does when Postgres or Redis is gone.
   */
  find(token: string): Promise<AccessTokenClaims | undefined>;
  /** The same, with the name of the grant. */
  findWithGrant(token: string): Promise<ActiveToken | undefined>;
}

/** A token and what it lives by. */
export interface ActiveToken {
  claims: AccessTokenClaims;
  /** Name of the grant's row as the token carries it; undefined for a client that acts for itself. */
  grant: string | undefined;
}

const grantSchema = z.object({ grant: z.string().optional() }).transform(({ grant }) => ({ grant }));

/** The name of a grant as access tokens carry it: it leads to the grant's row and opens nothing. */
export function grantClaim(grantId: string): string {
  return hashId(grantId).toString("base64url");
}

async function readJwt(verifier: Verifier, token: string): Promise<ActiveToken | undefined> {
  try {
    const claims = await verifier.verify(token);
    return { claims, ...grantSchema.parse(decodeJwt(token)) };
  } catch (error) {
    if (error instanceof AccessTokenError && error.code !== "keys_unavailable") return undefined;
    throw error;
  }
}

async function readOpaque(provider: Provider, token: string): Promise<ActiveToken | undefined> {
  const found = (await provider.AccessToken.find(token)) ?? (await provider.ClientCredentials.find(token));
  // Without an audience it is for userinfo only.
  if (found?.isValid !== true || found.aud === undefined) return undefined;
  const { clientId, aud, exp, iat, scope } = found;
  const user = found instanceof provider.AccessToken ? found : undefined;
  const claims = accessTokenClaimsSchema.parse({
    ...found.extra,
    ...{ iss: provider.issuer, sub: user?.accountId ?? clientId, client_id: clientId, aud, exp, iat, scope },
    // The token is its own id, and is not to be repeated.
    jti: grantClaim(token),
    ...(found.jkt === undefined ? {} : { cnf: { jkt: found.jkt } }),
  });
  return { claims, ...grantSchema.parse(found.extra ?? {}) };
}

/** Roles of the user whom a live grant belongs to; undefined when there is no such grant any more. */
async function rolesByGrant(
  pool: Pool,
  grant: string,
  { sub, client_id, act }: AccessTokenClaims,
): Promise<Role[] | undefined> {
  const { rows } = await pool.query<{ roles: string[] }>({
    // Planned once for each connection: planning took seven times as long as the answer.
    name: "grant-roles",
    text: `select array(select role from user_roles where user_id = g.account_id) as roles from grants g
     where g.id_hash = $1 and ($2::text is null or g.client_id = $2) and g.account_id::text = $3
       and g.expires_at > now()`,
    // An exchanged token lives by the grant of the client that the user signed in to.
    values: [Buffer.from(grant, "base64url"), act === undefined ? client_id : null, sub],
  });
  return rows[0] && z.array(roleSchema).parse(rows[0].roles);
}

function narrow(claims: AccessTokenClaims, allowed: readonly string[]): AccessTokenClaims {
  const scope = claims.scope.split(" ").filter((name) => allowed.includes(name));
  return { ...claims, scope: scope.join(" ") };
}

/** Looks tokens up, JWTs by the grant they name and opaque ones by themselves. */
export function createActiveTokens(options: {
  current: () => Provider;
  pool: Pool;
  verifier: Verifier;
  denied: DeniedTokens;
}): ActiveTokens {
  const { current, pool, verifier, denied } = options;

  async function narrowed({ claims, grant }: ActiveToken): Promise<AccessTokenClaims | undefined> {
    const client = await current().Client.find(claims.client_id);
    if (client === undefined) return undefined;
    if (grant !== undefined) {
      const roles = await rolesByGrant(pool, grant, claims);
      return roles && narrow({ ...claims, roles }, scopesForRoles(roles));
    }
    return claims.sub === claims.client_id ? narrow(claims, ownScopes(client).split(" ")) : undefined;
  }

  async function findWithGrant(token: string): Promise<ActiveToken | undefined> {
    try {
      const isJwt = token.includes(".");
      const presented = await (isJwt ? readJwt(verifier, token) : readOpaque(current(), token));
      if (presented === undefined) return undefined;
      const [claims, isDenied] = await Promise.all([
        narrowed(presented),
        isJwt ? denied.has(presented.claims.jti) : false,
      ]);
      return claims && !isDenied ? { claims, grant: presented.grant } : undefined;
    } catch (error) {
      throw toProviderError(error);
    }
  }

  return { findWithGrant, find: async (token) => (await findWithGrant(token))?.claims };
}
