import { z } from "zod";

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
