import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { Logger } from "pino";
import type { AuditEntry, AuditLog } from "../audit/audit-log.ts";
import { subjectTokenOf } from "../grants/subject-token.ts";
import { refreshOf } from "../refresh-tokens/refresh-request.ts";

/** Extension grants are URNs; the log has their last part. */
function shortNameOf(grantType: string): string {
  return (grantType.split(":").at(-1) ?? grantType).replaceAll("-", "_");
}

function actionOf(ctx: KoaContextWithOIDC): string | undefined {
  const { route, params, entities, client } = ctx.oidc;
  switch (route) {
    case "token":
      if (ctx.status !== 200) return undefined;
      if (refreshOf(ctx)?.replay === true) return "token.replay";
      return `token.${shortNameOf(String(params?.["grant_type"]))}`;
    case "revocation":
      // The library knows the token before it knows whose it is.
      return ctx.status === 200 && entities.RefreshToken?.clientId === client?.clientId
        ? "token.revoke"
        : undefined;
    case "code_verification":
    case "device_resume":
      return ctx.status === 200 ? deviceActionOf(ctx) : undefined;
    case "end_session_confirm":
      return ctx.status === 303 && params?.["logout"] !== undefined ? "signout" : undefined;
    default:
      return undefined;
  }
}

function deviceActionOf({ oidc }: KoaContextWithOIDC): string | undefined {
  const { DeviceCode: code } = oidc.entities;
  if (code?.error === "access_denied") return "device.deny";
  return code?.accountId === undefined ? undefined : "device.allow";
}

/** Who exchanged whose token for what. */
function exchangeDetails(ctx: KoaContextWithOIDC): Pick<AuditEntry, "details"> {
  const subject = subjectTokenOf(ctx);
  if (subject === undefined) return {};
  const { aud, client_id: subjectClient } = subject.claims;
  const { scope } = ctx.oidc.entities.AccessToken ?? {};
  return { details: { subjectClient, act: subject.act, audience: aud, scope } };
}

function entryOf(ctx: KoaContextWithOIDC, action: string): AuditEntry {
  const { entities, client, session } = ctx.oidc;
  return {
    action,
    userId: entities.Account?.accountId ?? entities.RefreshToken?.accountId ?? session?.accountId,
    clientId: client?.clientId,
    address: ctx.ip,
    ...exchangeDetails(ctx),
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
