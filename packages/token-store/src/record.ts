import { sessionViewSchema } from "@mullion/contracts";
import { z } from "zod";

/** Tokens of one sign-in. Times are milliseconds since the epoch. */
export const tokenSetSchema = z.object({
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  /** Needed for RP-initiated logout only; never leaves the server. */
  idToken: z.string().nullable(),
  /** `sid` of the ID token: the sign-in at identity. */
  identitySid: z.string().nullable(),
  scope: z.string(),
  accessTokenIssuedAt: z.number(),
  accessTokenExpiresAt: z.number(),
});
export type TokenSet = z.infer<typeof tokenSetSchema>;

/** What a session consists of. */
export const sessionRecordSchema = z.object({ tokens: tokenSetSchema, view: sessionViewSchema });
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** A record as read: `version` grows with every write and fences writers that read an older one. */
export interface StoredSession extends SessionRecord {
  readonly version: number;
}
