import Provider from "oidc-provider";

/** True while the library revokes because a code or a refresh token was used twice: nothing else does so there. */
export function isReuse(): boolean {
  return Provider.ctx?.oidc.route === "token";
}

/** True in a request with a refresh token. */
export function isRefresh(): boolean {
  const { ctx } = Provider;
  return ctx?.oidc.route === "token" && ctx.oidc.params?.["grant_type"] === "refresh_token";
}

const reasons: ReadonlyMap<string | undefined, string> = new Map([
  ["token", "token.reuse"],
  ["revocation", "token.revoke"],
  ["end_session_confirm", "signout"],
]);

/** Why the library revokes at this moment, as the audit log calls it. */
export function revocationReason(): string {
  return reasons.get(Provider.ctx?.oidc.route) ?? "grant.ended";
}
