import { z } from "zod";
import { channelNameSchema } from "./channel-name.ts";
import { versionSchema } from "./release.ts";
import { remoteManifestSchema } from "./remote-manifest.ts";
import { placedVersionSchema } from "./signed-release.ts";

const remoteName = remoteManifestSchema.shape.name;

/** Share of the users that a canary goes to, in percent; hundredths count. */
const percent = z.number().min(0).max(100).multipleOf(0.01);

/** A version on trial. Who is in it follows from `salt`, the user's id and `percent` alone, so every front decides alike. */
export const canarySchema = z.object({ release: placedVersionSchema, percent, salt: z.string().min(8) });
export type Canary = z.infer<typeof canarySchema>;

/** What a channel shows of one remote. */
export const channelRemoteSchema = z.object({
  remote: remoteName,
  stable: placedVersionSchema,
  canary: canarySchema.nullable(),
});
export type ChannelRemote = z.infer<typeof channelRemoteSchema>;

/** `GET /channels/:channel`. `revision` grows with every change of the channel. */
export const channelSchema = z.object({
  channel: z.string(),
  revision: z.number().int(),
  remotes: z.array(channelRemoteSchema),
  /** `remote@version` of what was aborted or rolled back: a visit that is pinned to it must leave it. */
  withdrawn: z.array(z.string()),
  /** Thumbprints of keys that were revoked: fronts use nothing that they signed. A list only takes away. */
  revoked: z.array(z.string()).default([]),
});
export type Channel = z.infer<typeof channelSchema>;

/** Why, as people will read it in the history. */
const reason = z.string().trim().min(1).max(200);

/**
 * `PUT /registry/rollouts/:channel/:remote/stable`: the version for everybody. Ends the canary if it is that version. `after` is
 * the revision of the remote's last change that the caller saw, 0 for none: a request that is repeated after somebody rolled
 * back is refused.
 */
export const promotionSchema = z.strictObject({
  version: versionSchema,
  after: z.number().int().min(0).optional(),
  reason: reason.optional(),
});
export type Promotion = z.infer<typeof promotionSchema>;

/**
 * `POST /registry/rollouts/:channel/:remote/rollback`: to the version promoted before; ends a running canary. `from` is the
 * version the caller saw live: a repeated request does nothing.
 */
export const rollbackSchema = z.strictObject({ from: versionSchema, reason: reason.optional() });
export type Rollback = z.infer<typeof rollbackSchema>;

/** Answer to a promotion or a rollback. `previousVersion` is null when the remote was not live before. */
export const channelChangeSchema = z.object({
  channel: z.string(),
  revision: z.number().int(),
  remote: z.string(),
  version: z.string(),
  previousVersion: z.string().nullable(),
});
export type ChannelChange = z.infer<typeof channelChangeSchema>;

/** When a canary is aborted by itself; compared with the stable version over the same time. */
export const canaryGuardSchema = z.strictObject({
  /** Least number of times the canary was shown before anything is concluded. */
  minimumLoads: z.number().int().min(5).max(100_000).default(50),
  /** Failed loads and errors, in percentage points above the stable version's. */
  errorRatePoints: z.number().min(0.1).max(100).default(2),
  /** 75th percentile of LCP, INP or load time, in percent above the stable version's. */
  slowerPercent: z.number().min(5).max(1_000).default(25),
});
export type CanaryGuard = z.infer<typeof canaryGuardSchema>;

/** `PUT /registry/rollouts/:channel/:remote/canary` */
export const newCanarySchema = z.strictObject({
  version: versionSchema,
  percent,
  guard: canaryGuardSchema.prefault({}),
});
export type NewCanary = z.infer<typeof newCanarySchema>;

/** `DELETE /registry/rollouts/:channel/:remote/canary`. `version` is the canary the caller saw: a repeated request does nothing. */
export const canaryAbortSchema = z.strictObject({ version: versionSchema, reason });
export type CanaryAbort = z.infer<typeof canaryAbortSchema>;

/** Answer to a change of a canary; `percent` is null once it ended. */
export const canaryChangeSchema = z.object({
  channel: z.string(),
  revision: z.number().int(),
  remote: z.string(),
  version: z.string(),
  percent: z.number().nullable(),
});
export type CanaryChange = z.infer<typeof canaryChangeSchema>;

/** One change of a rollout, as the history keeps it. */
export const rolloutEventSchema = z.object({
  revision: z.number().int(),
  kind: z.enum(["promoted", "rolled-back", "canary-started", "canary-changed", "canary-aborted"]),
  version: z.string(),
  percent: z.number().nullable(),
  /** Why; for an abort by itself the figures that led to it. */
  reason: z.string().nullable(),
  /** Who; `guard` when the registry aborted by itself. */
  actor: z.string(),
  at: z.iso.datetime(),
});
export type RolloutEvent = z.infer<typeof rolloutEventSchema>;

/** `GET /registry/rollouts?channel=production`: what is live, what is on trial and what happened, newest first. */
export const rolloutListSchema = z.object({
  channel: channelNameSchema,
  revision: z.number().int(),
  rollouts: z.array(
    z.object({
      remote: remoteName,
      title: z.string(),
      stable: z.object({ version: versionSchema, since: z.iso.datetime(), by: z.string() }),
      canary: z
        .object({
          version: versionSchema,
          percent,
          guard: canaryGuardSchema,
          since: z.iso.datetime(),
          by: z.string(),
        })
        .nullable(),
      events: z.array(rolloutEventSchema).max(20),
    }),
  ),
});
export type RolloutList = z.infer<typeof rolloutListSchema>;
