import { z } from "zod";
import { remoteManifestSchema } from "./remote-manifest.ts";

/** Subresource Integrity value: `sha384-` and 64 characters of base64. */
export const integritySchema = z.string().regex(/^sha384-[A-Za-z0-9+/]{64}$/);

/** Version of a remote: semantic version with the build id as pre-release, e.g. `0.1.0-3f9c2a1b`. */
export const versionSchema = z.string().regex(/^\d+\.\d+\.\d+-[a-z0-9]{6,40}$/);

const filePath = z
  .string()
  .max(200)
  .regex(/^(?!\/|.*(?:\.\.|\/\/))[A-Za-z0-9_\-.@[\]/]+$/, "a relative path without .. and //");

/** One file of a version. `path` is relative to the version's base URL, e.g. `_next/static/chunks/remoteEntry.js`. */
export const releaseFileSchema = z.strictObject({
  path: filePath,
  bytes: z.number().int().min(0),
  integrity: integritySchema,
});
export type ReleaseFile = z.infer<typeof releaseFileSchema>;

/** A published version: immutable, every file listed with its hash. */
export const releaseSchema = z.strictObject({
  remote: z.string(),
  version: versionSchema,
  /** Federation container name, unique per build so that versions coexist. */
  container: z.string().regex(/^[a-z][a-z0-9_]*$/),
  /** Path of the entry the browser loads. */
  browserEntry: filePath,
  /** Path of the entry the render process loads. */
  serverEntry: filePath,
  /** What each exposed module needs at first paint: paths of files, in order. */
  exposes: z.record(z.string(), z.strictObject({ scripts: z.array(filePath), styles: z.array(filePath) })),
  manifest: remoteManifestSchema,
  /** Modules it takes from the shell, with the range it was built for; `false` where a contract hash decides. */
  shared: z.record(z.string(), z.union([z.string(), z.literal(false)])).default({}),
  /** Contract hashes of the workspace packages it was built with: SHA-256 of their public types. */
  contracts: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)).default({}),
  files: z.array(releaseFileSchema).min(1).max(2000),
});
export type Release = z.infer<typeof releaseSchema>;

/** Name in `shared` of what module federation adds to webpack's runtime: remotes take it from the shell like any module. */
export const federationRuntime = "@module-federation/webpack-bundler-runtime";

/** A release in a channel, with the absolute URL its files are served under (ends in `/`). */
export const placedReleaseSchema = releaseSchema.extend({ baseUrl: z.url() });
export type PlacedRelease = z.infer<typeof placedReleaseSchema>;

/** `GET /registry/remotes`: what is live, for the dashboard and the admin. `artifact` is checked at the store just now. */
export const remoteListSchema = z.object({
  remotes: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      description: z.string(),
      liveVersion: z.string(),
      artifact: z.enum(["complete", "missing"]),
      promotedAt: z.iso.datetime(),
      promotedBy: z.string(),
      versions: z.array(
        z.object({
          version: z.string(),
          publishedAt: z.iso.datetime(),
          publishedBy: z.string(),
          bytes: z.number(),
        }),
      ),
    }),
  ),
});
export type RemoteList = z.infer<typeof remoteListSchema>;
