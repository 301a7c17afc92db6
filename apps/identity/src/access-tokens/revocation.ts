import { AccessTokenError, type Verifier } from "@mullion/access-token";
import type { AccessTokenClaims } from "@mullion/contracts";
import type Provider from "oidc-provider";
import type { Configuration, KoaContextWithOIDC } from "oidc-provider";
import type { AuditLog } from "../audit/audit-log.ts";
import { toProviderError } from "../storage/create-adapter.ts";
import type { DeniedTokens } from "./denied-tokens.ts";
import { wasRefusedAsStructured } from "./structured-token.ts";

type Revocation = NonNullable<NonNullable<Configuration["features"]>["revocation"]>;

/**
 * Clients revoke what is theirs. An access token is destroyed here, since the library would take the refresh tokens of
 * its grant with it.
 */
export const mayRevoke: NonNullable<Revocation["allowedPolicy"]> = async (_ctx, client, token) => {
  if (token.clientId !== client.clientId) return false;
  if (token.kind !== "AccessToken") return true;
  await token.destroy();
  return false;
};

async function readOwn(
  verifier: Verifier,
  token: string,
  clientId: string,
): Promise<AccessTokenClaims | undefined> {
  try {
    const claims = await verifier.verify(token);
    return claims.client_id === clientId ? claims : undefined;
  } catch (error) {
    if (error instanceof AccessTokenError && error.code !== "keys_unavailable") return undefined;
    throw error;
  }
}

/**
 * Revokes JWT access tokens (RFC 7009), which the library does not: it keeps none. The grant stays, as it does when an
 * opaque access token is revoked. Whoever asks about a token that is not its own, or not one, gets the same answer.
 */
export function revokeWith(
  provider: Provider,
  { verifier, denied, audit }: { verifier: Verifier; denied: DeniedTokens; audit: AuditLog },
): void {
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    await next();
    if (!wasRefusedAsStructured(ctx, "revocation")) return;
    const { client, params } = ctx.oidc;
    if (client === undefined) return;
    try {
      const claims = await readOwn(verifier, String(params?.["token"]), client.clientId);
      if (claims !== undefined) {
        await denied.deny(claims);
        const { sub: userId, client_id: clientId } = claims;
        const details = { token: "access_token", audience: claims.aud };
        await audit.write({ action: "token.revoke", userId, clientId, address: ctx.ip, details });
      }
    } catch (error) {
      throw toProviderError(error);
    }
    ctx.status = 200;
    ctx.body = "";
  });
}
