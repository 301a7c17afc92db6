import { z } from "zod";
import { versionSchema } from "./release.ts";

/** `POST /channels/:channel/remotes/:remote/rollback`. `from` is the version the caller saw live: a repeated request does nothing. */
export const rollbackSchema = z.strictObject({ from: versionSchema });
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

/** `GET /remotes/:remote/versions`, newest first. `channels` names those in which the version is live. */
export const versionListSchema = z.object({
  remote: z.string(),
  versions: z.array(
    z.object({
      version: z.string(),
      publishedAt: z.iso.datetime(),
      publishedBy: z.string(),
      bytes: z.number(),
      channels: z.array(z.string()),
    }),
  ),
});
export type VersionList = z.infer<typeof versionListSchema>;
