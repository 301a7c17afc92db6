import { z } from "zod";
import { roleSchema } from "./roles.ts";

/** Resource (RFC 8707) that access tokens for the platform's services are issued for. */
export const apiAudience = "urn:mullion:api";

/** Resource that access tokens for identity's own admin API are issued for: no other service can use one there. */
export const identityAudience = "urn:mullion:identity";

/** Who acts for the subject (RFC 8693 section 4.1): the client of this token, and those before it inside. */
export interface Actor {
  sub: string;
  act?: Actor | undefined;
}

const actorSchema: z.ZodType<Actor> = z.object({
  sub: z.string(),
  get act() {
    return actorSchema.optional();
  },
});

/**
 * Claims of an access token (RFC 9068). `scope` is a space-separated list; `sub` equals `client_id` when a client
 * acts for itself; `sid` names the sign-in the token belongs to.
 */
export const accessTokenClaimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  client_id: z.string(),
  exp: z.number(),
  iat: z.number(),
  jti: z.string(),
  scope: z.string().default(""),
  roles: z.array(roleSchema).default([]),
  /** Only in a user's token: services show who did something without asking identity. */
  name: z.string().optional(),
  email: z.email().optional(),
  sid: z.string().optional(),
  /** Only in a token that was exchanged for another (RFC 8693). */
  act: actorSchema.optional(),
  /** Thumbprint of the key that whoever presents the token has to prove (DPoP, RFC 9449): it is no bearer token. */
  cnf: z.object({ jkt: z.string() }).optional(),
});
export type AccessTokenClaims = z.infer<typeof accessTokenClaimsSchema>;
