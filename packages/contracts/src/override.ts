import { z } from "zod";
import { channelNameSchema } from "./channel-name.ts";
import { versionSchema } from "./release.ts";
import { remoteManifestSchema } from "./remote-manifest.ts";
import { placedVersionSchema } from "./signed-release.ts";

const loopbackUrl = z
  .url()
  .regex(/^http:\/\/(?:localhost|127\.0\.0\.1):\d{1,5}$/, "http://localhost:<port>, without a path");

/** `iss` of every override's token. */
export const overrideIssuer = "urn:mullion:registry";

/** `typ` of an override's token: no other JWT passes for one (RFC 8725 section 3.11). */
export const overrideTokenType = "mullion-override+jwt";

/** What an override shows instead: a published version, or a development server on the developer's own machine. */
export const overrideTargetSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("version"),
    remote: remoteManifestSchema.shape.name,
    version: versionSchema,
  }),
  z.strictObject({ kind: z.literal("development"), url: loopbackUrl, manifest: remoteManifestSchema }),
]);
export type OverrideTarget = z.infer<typeof overrideTargetSchema>;

/** `POST /registry/overrides`. `user` is the id of the person it is for; the caller when not given. */
export const newOverrideSchema = z.strictObject({
  channel: channelNameSchema,
  target: overrideTargetSchema,
  user: z.string().min(1).max(200).optional(),
  minutes: z.number().int().min(1).max(1_440).default(60),
});
export type NewOverride = z.infer<typeof newOverrideSchema>;

/**
 * Answer to `POST /registry/overrides`. `token` is a JWT (ES256, `typ: "mullion-override+jwt"`, key at the registry's
 * `/.well-known/jwks.json`): `iss` {@link overrideIssuer}, `aud` channel, `sub` the user, `jti`, `exp`. It goes into `/override?token=` of
 * the shell.
 */
export const issuedOverrideSchema = z.object({
  id: z.uuid(),
  token: z.string(),
  expiresAt: z.iso.datetime(),
});
export type IssuedOverride = z.infer<typeof issuedOverrideSchema>;

/** `GET /registry/overrides/:id`, for fronts: what to show. 404 once it was revoked or has expired. */
export const overrideSchema = z.object({
  id: z.uuid(),
  channel: channelNameSchema,
  user: z.string(),
  expiresAt: z.iso.datetime(),
  content: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("version"), release: placedVersionSchema }),
    z.object({ kind: z.literal("development"), url: loopbackUrl, manifest: remoteManifestSchema }),
  ]),
});
export type Override = z.infer<typeof overrideSchema>;

/** `GET /registry/overrides`: those that are still good and that the caller issued or may use; an administrator sees all. Newest first. */
export const overrideListSchema = z.object({
  overrides: z.array(
    z.object({
      id: z.uuid(),
      channel: channelNameSchema,
      remote: remoteManifestSchema.shape.name,
      shows: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("version"), version: versionSchema }),
        z.object({ kind: z.literal("development"), url: loopbackUrl }),
      ]),
      /** Id of the person it is for. */
      user: z.string(),
      issuedBy: z.string(),
      issuedAt: z.iso.datetime(),
      expiresAt: z.iso.datetime(),
      firstUsedAt: z.iso.datetime().nullable(),
    }),
  ),
});
export type OverrideList = z.infer<typeof overrideListSchema>;
