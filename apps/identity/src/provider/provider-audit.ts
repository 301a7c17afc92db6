import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { Logger } from "pino";
import type { AuditEntry, AuditLog } from "../audit/audit-log.ts";

function actionOf(ctx: KoaContextWithOIDC): string | undefined {
  const { route, params, entities } = ctx.oidc;
  switch (route) {
    case "token":
      return ctx.status === 200 ? `token.${String(params?.["grant_type"])}` : undefined;
    case "revocation":
      return ctx.status === 200 && entities.RefreshToken !== undefined ? "token.revoke" : undefined;
    case "end_session_confirm":
      return ctx.status === 303 && params?.["logout"] !== undefined ? "signout" : undefined;
    default:
      return undefined;
  }
}

function entryOf(ctx: KoaContextWithOIDC, action: string): AuditEntry {
  const { entities, client, session } = ctx.oidc;
  return {
    action,
    userId: entities.Account?.accountId ?? entities.RefreshToken?.accountId ?? session?.accountId,
    clientId: client?.clientId,
    address: ctx.ip,
  };
}

/**
 * Writes what happened at the protocol's endpoints to the audit log before the answer leaves: no token is given out
 * that the log does not know of.
 */
export function auditWith(provider: Provider, audit: AuditLog, logger: Logger): void {
  const revoked = new WeakSet<object>();
  provider.on("grant.revoked", (ctx) => {
    revoked.add(ctx.req);
  });
  provider.use(async (ctx: KoaContextWithOIDC, next: () => Promise<void>) => {
    await next();
    if (!("oidc" in ctx)) return;
    // Only a code or a refresh token used twice revokes a grant at the token endpoint.
    const reused = ctx.oidc.route === "token" && revoked.has(ctx.req);
    const action = reused ? "token.reuse" : actionOf(ctx);
    if (action === undefined) return;
    try {
      await audit.write(entryOf(ctx, action));
    } catch (error) {
      logger.error({ err: error, action }, "the audit log could not be written");
      ctx.status = 503;
      ctx.body = { error: "temporarily_unavailable", error_description: "try again shortly" };
    }
  });
}
