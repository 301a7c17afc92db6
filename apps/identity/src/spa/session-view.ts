import { roleSchema } from "@mullion/contracts";
import type { SpaSession } from "@mullion/contracts/spa-session";
import { decodeJwt } from "jose";
import { z } from "zod";
import type { Tokens } from "./token-endpoint.ts";

const claimsSchema = z.object({
  sub: z.string(),
  name: z.string(),
  email: z.string(),
  email_verified: z.boolean(),
  roles: z.array(roleSchema),
});

/** What the page gets of the tokens: everything but the refresh token. */
export function toSpaSession(tokens: Tokens): SpaSession {
  const { sub, name, email, email_verified, roles } = claimsSchema.parse(decodeJwt(tokens.id_token));
  return {
    accessToken: tokens.access_token,
    tokenType: "Bearer",
    expiresIn: tokens.expires_in,
    scope: tokens.scope,
    refreshable: tokens.refresh_token !== undefined,
    user: { id: sub, name, email, emailVerified: email_verified, roles },
  };
}
