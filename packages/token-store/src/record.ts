import { sessionViewSchema } from "@mullion/contracts";
import { z } from "zod";

/** An access token and what it is good for. Times are milliseconds since the epoch. */
export const accessTokenSchema = z.object({
  token: z.string(),
  scope: z.string(),
  issuedAt: z.number(),
  expiresAt: z.number(),
});
export type AccessToken = z.infer<typeof accessTokenSchema>;

/** Tokens of one sign-in. */
export const tokenSetSchema = z.object({
  /** By audience (RFC 8707): a token for one resource is of no use at another. */
  access: z.record(z.string(), accessTokenSchema),
  refreshToken: z.string().nullable(),
  /** `sid` of the ID token: the sign-in at identity. */
  identitySid: z.string().nullable(),
});
export type TokenSet = z.infer<typeof tokenSetSchema>;

/** The view as it is stored: what depends on the last use is added when it is read. */
export const storedViewSchema = sessionViewSchema.omit({ idleExpiresAt: true });
export type StoredView = z.infer<typeof storedViewSchema>;

/** The browser a session was begun in. */
export const deviceInfoSchema = z.object({
  userAgent: z.string(),
  ipAddress: z.string(),
  /** Milliseconds since the epoch. */
  createdAt: z.number(),
});
export type DeviceInfo = z.infer<typeof deviceInfoSchema>;

/** What a session consists of. */
export const sessionRecordSchema = z.object({
  tokens: tokenSetSchema,
  view: storedViewSchema,
  device: deviceInfoSchema,
});
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** What a refresh may change. */
export type SessionContent = Pick<SessionRecord, "tokens" | "view">;

/** Tokens as read: `version` grows with every write and fences writers that read an older one. */
export interface StoredTokens {
  readonly version: number;
  readonly tokens: TokenSet;
  /** Last use that slid the idle expiry, milliseconds since the epoch. */
  readonly lastUsedAt: number;
}

/** A session as read. */
export interface StoredSession extends SessionContent {
  readonly version: number;
}

/** SHA-256 of a session id: names a session to the store and between fronts, and opens nothing. */
export type SessionHandle = string;

/** One of a user's sessions. Times are milliseconds since the epoch. */
export interface StoredDevice extends DeviceInfo {
  readonly handle: SessionHandle;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
}
