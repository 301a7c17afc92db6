import { apiAudience, roleSchema } from "@mullion/contracts";
import type { SessionRecord } from "@mullion/token-store";
import type { Account, Profile } from "next-auth";
import { z } from "zod";
import type { Visitor } from "./auth-options.ts";

/** Claims of identity's ID token that the shell uses. */
const profileSchema = z.object({
  sub: z.string(),
  sid: z.string().optional(),
  name: z.string(),
  email: z.email(),
  roles: z.array(roleSchema).default([]),
});

const accountSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  expires_at: z.number(),
  scope: z.string().default(""),
});

/**
 * Builds the session's record from what NextAuth got in the code exchange (ID token already verified by it).
 * @throws {ZodError} when identity left something out that the shell cannot do without.
 */
export function toSessionRecord(
  account: Account | null,
  profile: Profile | undefined,
  { userAgent, ipAddress }: Visitor,
  sessionTtlSeconds: number,
  now = Date.now(),
): SessionRecord {
  const claims = profileSchema.parse(profile);
  const tokens = accountSchema.parse(account);
  return {
    view: {
      user: { id: claims.sub, name: claims.name, email: claims.email },
      roles: claims.roles,
      expiresAt: new Date(now + sessionTtlSeconds * 1_000).toISOString(),
    },
    device: { userAgent, ipAddress, createdAt: now },
    tokens: {
      access: {
        [apiAudience]: {
          token: tokens.access_token,
          scope: tokens.scope,
          issuedAt: now,
          expiresAt: tokens.expires_at * 1_000,
        },
      },
      refreshToken: tokens.refresh_token ?? null,
      identitySid: claims.sid ?? null,
    },
  };
}
