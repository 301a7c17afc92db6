import { randomUUID } from "node:crypto";
import type { Pool } from "@mullion/postgres";
import { decodeJwt } from "jose";
import type { Configuration, Grant, KoaContextWithOIDC } from "oidc-provider";
import { isFirstParty } from "../clients/client-metadata.ts";
import { rememberedGrant } from "../interactions/remembered-grant.ts";
import { bindGrant, type GrantedIn, saveBound } from "../sign-ins/sign-in-store.ts";
import { toProviderError } from "../storage/create-adapter.ts";
import { UserAccount } from "../users/account.ts";
import { rememberMinted } from "./leftover-grants.ts";
import { type UserScopes, userScopesOf } from "./resources.ts";

/** A grant that is not stored yet. */
function mintGrant(ctx: KoaContextWithOIDC, userScopes: UserScopes): Grant | undefined {
  const { provider, client, session, requestParamOIDCScopes, requestParamScopes, requestParamClaims } =
    ctx.oidc;
  const accountId = session?.accountId;
  // The page comes first and brings the request back here; a grant made now would be left over.
  if (accountId === undefined || ctx.oidc.promptPending("login") || ctx.oidc.promptPending("consent")) {
    return undefined;
  }
  const grant = new provider.Grant({ accountId, ...(client && { clientId: client.clientId }) });
  grant.addOIDCScope(requestParamOIDCScopes);
  grant.addOIDCClaims(requestParamClaims);
  for (const [resource, scopes] of userScopes) {
    const asked = scopes.filter((scope) => requestParamScopes.has(scope));
    if (asked.length > 0) grant.addResourceScope(resource, asked);
  }
  return grant;
}

const deviceRoutes = new Set(["code_verification", "device_resume"]);

/**
 * A grant per sign-in, so that one device's can be revoked without the others'. The platform's own clients get theirs
 * unasked; others get what the user consented to.
 */
export function createLoadGrant(
  pool: Pool,
  audience: string,
): NonNullable<Configuration["loadExistingGrant"]> {
  const userScopes = userScopesOf(audience);
  return async (ctx) => {
    const { client, session } = ctx.oidc;
    if (client === undefined || session === undefined) return undefined;
    const ours = isFirstParty(client);
    const grant = ours ? mintGrant(ctx, userScopes) : await rememberedGrant(pool, ctx);
    if (grant === undefined) return undefined;
    session.ensureClientContainer(client.clientId);
    const signIn: GrantedIn = {
      // A device is a sign-in of its own: it does not end when the browser that let it in signs out.
      sessionUid: deviceRoutes.has(ctx.oidc.route) ? `device-${randomUUID()}` : session.uid,
      sid: session.sidFor(client.clientId),
      signedInAt: new Date((session.loginTs ?? 0) * 1000),
      address: ctx.ip,
      userAgent: ctx.get("user-agent"),
    };
    try {
      if (ours) {
        await saveBound(ctx, grant, signIn);
        rememberMinted(ctx, grant);
      } else await bindGrant(pool, grant.jti, signIn);
    } catch (error) {
      throw toProviderError(error);
    }
    return grant;
  };
}

/** The scopes as they were asked for. Of a pushed request (RFC 9126) the browser brings only the name. */
function askedScope(ctx: KoaContextWithOIDC): unknown {
  const pushed = ctx.oidc.entities.PushedAuthorizationRequest;
  if (pushed !== undefined) return decodeJwt(pushed.request)["scope"];
  return (ctx.method === "POST" ? ctx.oidc.body : ctx.query)?.["scope"];
}

/**
 * The library drops `offline_access` from requests without `prompt=consent`. The platform's own clients ask nobody for
 * consent, so theirs is put back.
 */
export const keepOfflineAccess: NonNullable<
  Exclude<Configuration["extraParams"], readonly string[] | ReadonlySet<string> | undefined>[string]
> = (ctx, _value, client) => {
  const { params } = ctx.oidc;
  const asked = askedScope(ctx);
  if (params === undefined || typeof asked !== "string" || !asked.split(" ").includes("offline_access"))
    return;
  if (!isFirstParty(client) || !client.grantTypeAllowed("refresh_token")) return;
  const scopes = new Set([...ctx.oidc.requestParamScopes, "offline_access"]);
  params["scope"] = [...scopes].join(" ");
};

/** A refresh token goes to whoever was given `offline_access`, and only for an address known to be the user's. */
export const issueRefreshToken: NonNullable<Configuration["issueRefreshToken"]> = (ctx, client, source) => {
  const { account } = ctx.oidc;
  return (
    client.grantTypeAllowed("refresh_token") &&
    source.scopes.has("offline_access") &&
    account instanceof UserAccount &&
    account.user.emailVerified
  );
};
