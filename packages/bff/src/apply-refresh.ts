import { type SessionContent, storedViewSchema } from "@mullion/token-store";
import { decodeJwt } from "jose";
import type { RefreshedTokens } from "./refresher.ts";

/** Roles and name may have changed at identity: the view follows the ID token that came with the refresh. */
function refreshView(view: SessionContent["view"], idToken: string | undefined): SessionContent["view"] {
  if (idToken === undefined) return view;
  // Came straight from the token endpoint over the connection the client authenticated (OIDC Core 3.1.3.7, rule 6).
  const claims = decodeJwt(idToken);
  const updated = storedViewSchema.safeParse({
    ...view,
    roles: claims["roles"] ?? view.roles,
    user: { ...view.user, name: claims["name"] ?? view.user.name, email: claims["email"] ?? view.user.email },
  });
  return updated.success ? updated.data : view;
}

/** The session after a refresh: a new token for the audience, the rotated refresh token, and what the ID token says. */
export function applyRefresh(
  { tokens, view }: SessionContent,
  fresh: RefreshedTokens,
  audience: string,
  now: number,
): SessionContent {
  const accessToken = {
    token: fresh.accessToken,
    scope: fresh.scope ?? tokens.access[audience]?.scope ?? "",
    issuedAt: now,
    expiresAt: now + fresh.expiresInSeconds * 1_000,
  };
  return {
    view: refreshView(view, fresh.idToken),
    tokens: {
      ...tokens,
      access: { ...tokens.access, [audience]: accessToken },
      refreshToken: fresh.refreshToken ?? tokens.refreshToken,
    },
  };
}
