import { z } from "zod";
import { channelNameSchema } from "./channel-name.ts";
import { versionSchema } from "./release.ts";
import { remoteManifestSchema } from "./remote-manifest.ts";

/** A JWS in compact serialization (RFC 7515 section 7.1): three parts of base64url. */
export const compactJwsSchema = z
  .string()
  .max(2 * 1024 * 1024)
  .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/, "a JWS in compact serialization");

/** Public half of a team's signing key: Ed25519 or P-256 (RFC 7517, RFC 8037). */
export const publicKeySchema = z.discriminatedUnion("kty", [
  z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string().length(43) }),
  z.strictObject({
    kty: z.literal("EC"),
    crv: z.literal("P-256"),
    x: z.string().length(43),
    y: z.string().length(43),
  }),
]);
export type PublicKey = z.infer<typeof publicKeySchema>;

/**
 * Payload of a delegation: the platform's root key says which key may sign which remotes, and until when. Fronts trust the
 * root key alone, so that nobody who can write to the registry or its store can bring code into a page.
 */
export const delegationSchema = z.strictObject({
  team: z.string().min(1).max(60),
  remotes: z.array(remoteManifestSchema.shape.name).min(1).max(100),
  key: publicKeySchema,
  issuedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type Delegation = z.infer<typeof delegationSchema>;

/**
 * A version as a channel places it. Nothing in it may be used before `jws` (payload: the release as JSON, `kid`: the key's
 * thumbprint of RFC 7638) was verified with the key of `delegation`, and that with the root key.
 */
export const placedVersionSchema = z.object({
  remote: remoteManifestSchema.shape.name,
  version: versionSchema,
  jws: compactJwsSchema,
  delegation: compactJwsSchema,
  /** Absolute URL that the files are served under; ends in `/`. */
  baseUrl: z.url(),
});
export type PlacedVersion = z.infer<typeof placedVersionSchema>;

/** `PUT /remotes/:remote/versions/:version`, also the content of `release.jws` in an artifact. */
export const publicationSchema = z.strictObject({ jws: compactJwsSchema });
export type Publication = z.infer<typeof publicationSchema>;

/**
 * Answer to `PUT /remotes/:remote/versions/:version`. After `goodUntil` fronts do not take this signature, unless its key was
 * delegated again.
 */
export const publishedVersionSchema = z.object({
  remote: z.string(),
  version: z.string(),
  goodUntil: z.iso.datetime(),
});
export type PublishedVersion = z.infer<typeof publishedVersionSchema>;

/** `PUT /registry/keys`: makes a team's key known. The registry takes what its own root key verifies. */
export const newDelegationSchema = z.strictObject({ delegation: compactJwsSchema });

/** `GET /registry/keys`, newest first. `thumbprint` is the key's of RFC 7638; nothing that a revoked key signed is shown. */
export const delegationListSchema = z.object({
  delegations: z.array(
    z.object({
      thumbprint: z.string(),
      team: z.string(),
      remotes: z.array(z.string()),
      algorithm: z.enum(["EdDSA", "ES256"]),
      issuedAt: z.iso.datetime(),
      expiresAt: z.iso.datetime(),
      revokedAt: z.iso.datetime().nullable(),
    }),
  ),
});
export type DelegationList = z.infer<typeof delegationListSchema>;

/**
 * Answer to `DELETE /registry/keys/:thumbprint`. `hidden` is what channels show and fronts do not any more, since no other key
 * vouches for it.
 */
export const revokedKeySchema = z.object({
  thumbprint: z.string(),
  hidden: z.array(z.object({ channel: z.string(), remote: z.string(), version: z.string() })),
});
export type RevokedKey = z.infer<typeof revokedKeySchema>;

/** `PUT /registry/hosts/:channel`: what the live shell of a channel brings for remotes; the publish gate compares with it. */
export const hostSchema = z.strictObject({
  channel: channelNameSchema,
  /** Versions of the modules it shares, e.g. `{ react: "19.3.1" }`. */
  shared: z.record(z.string(), z.string()),
  /** Contract hashes of workspace packages that it shares, e.g. of `@mullion/session`. */
  contracts: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});
export type Host = z.infer<typeof hostSchema>;
