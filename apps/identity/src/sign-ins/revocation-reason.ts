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

/** Why the library revokes at this moment, as the audit log calls it. */
export function revocationReason(): string {
  switch (Provider.ctx?.oidc.route) {
    case "token":
      return "token.reuse";
    case "revocation":
      return "token.revoke";
    case "end_session_confirm":
      return "signout";
    default:
      return "grant.ended";
  }
}
