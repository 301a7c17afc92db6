import type Provider from "oidc-provider";
import type { Client, KoaContextWithOIDC } from "oidc-provider";
import { isFirstParty } from "../clients/client-metadata.ts";
import type { ActiveTokens } from "./active-tokens.ts";
import { wasRefusedAsStructured } from "./structured-token.ts";

/** The platform's own clients may ask about every token, others about those they hold. */
export function mayIntrospect(client: Client, token: { clientId?: string | undefined }): boolean {
  return isFirstParty(client) || token.clientId === client.clientId;
}

function isAboutAccessToken(ctx: KoaContextWithOIDC): boolean {
  const body: unknown = ctx.body;
  if (wasRefusedAsStructured(ctx, "introspection")) return true;
  if (ctx.oidc.route !== "introspection" || typeof body !== "object" || body === null) return false;
  return ctx.status === 200 && "token_type" in body && body.token_type !== undefined;
}

/**
 * Answers introspection (RFC 7662) of access tokens: of JWTs, which the library does not, and of opaque ones with the
 * scopes that are left of theirs at this moment. Refresh tokens are the library's.
 */
export function introspectWith(provider: Provider, tokens: ActiveTokens): void {
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    await next();
    if (!("oidc" in ctx) || !isAboutAccessToken(ctx)) return;
    const { client, params } = ctx.oidc;
    const claims = await tokens.find(String(params?.["token"]));
    const known =
      claims !== undefined && client !== undefined && mayIntrospect(client, { clientId: claims.client_id });
    ctx.status = 200;
    const tokenType = claims?.cnf === undefined ? "Bearer" : "DPoP";
    ctx.body = known ? { active: true, token_type: tokenType, ...claims } : { active: false };
  });
}
