import type { PlacedRelease, RemoteManifest } from "@mullion/contracts";
import { integritySchema } from "@mullion/contracts";
import { z } from "zod";
import { developmentContainer, hashListPath } from "./names.ts";

const fileSchema = z.object({ path: z.string(), integrity: integritySchema });
/** A file of a version and the hash that its bytes must have. `path` is relative to each of the version's bases. */
export type RemoteFile = z.infer<typeof fileSchema>;

const pane = {
  name: z.string(),
  title: z.string(),
  version: z.string(),
  container: z.string(),
  expose: z.string(),
};

const releaseDescriptorSchema = z.object({
  ...pane,
  kind: z.literal("release"),
  /** URLs that the same files are served under, in the order in which they are tried; each ends in `/`. */
  bases: z.array(z.url().endsWith("/")).min(1),
  entry: fileSchema,
  styles: z.array(fileSchema),
  scripts: z.array(fileSchema),
  /** The file that lists the hashes of what may be loaded later; null when the version has none, and loads nothing later. */
  hashes: fileSchema.nullable(),
});
/** A published version of a remote: every byte of it has a hash. */
export type ReleaseDescriptor = z.infer<typeof releaseDescriptorSchema>;

const developmentDescriptorSchema = z.object({
  ...pane,
  kind: z.literal("development"),
  /** Origin of the development server, on the developer's own machine. */
  url: z.url(),
});
/** A remote as its developer's own server builds it: drawn by the browser only, not checked. */
export type DevelopmentDescriptor = z.infer<typeof developmentDescriptorSchema>;

/** What a page, and so the browser, needs to know of one remote to show one exposed module. */
export const remoteDescriptorSchema = z.discriminatedUnion("kind", [
  releaseDescriptorSchema,
  developmentDescriptorSchema,
]);
export type RemoteDescriptor = z.infer<typeof remoteDescriptorSchema>;

/**
 * Describes one exposed module of a release by paths and hashes.
 * @param mirrors URLs (ending in `/`) that serve `<remote>/<version>/…` as well, for when the first host does not answer
 * @throws {Error} when the release lists a file of the module without a hash: that is a failure, never a pass.
 */
export function describeRemote(
  release: PlacedRelease,
  expose: string,
  mirrors: readonly string[] = [],
): ReleaseDescriptor {
  const hashes = new Map(release.files.map((file) => [file.path, file.integrity]));
  const fileAt = (path: string): RemoteFile => {
    const integrity = hashes.get(path);
    if (integrity === undefined)
      throw new Error(`${release.remote}@${release.version} lists no hash for ${path}`);
    return { path, integrity };
  };
  const assets = release.exposes[expose] ?? { scripts: [], styles: [] };
  return {
    kind: "release",
    name: release.remote,
    title: release.manifest.title,
    version: release.version,
    container: release.container,
    expose,
    bases: [
      release.baseUrl,
      ...mirrors.map((mirror) => new URL(`${release.remote}/${release.version}/`, mirror).href),
    ],
    entry: fileAt(release.browserEntry),
    styles: assets.styles.map(fileAt),
    scripts: assets.scripts.map(fileAt),
    hashes: hashes.has(hashListPath) ? fileAt(hashListPath) : null,
  };
}

/** Version that panes of development servers have in signals and on the page. */
export const developmentVersion = "0.0.0-development";

/** Describes one exposed module of a remote that is being developed. `url` is the origin of its development server. */
export function describeDevelopment(
  manifest: RemoteManifest,
  expose: string,
  url: string,
): DevelopmentDescriptor {
  const { name, title } = manifest;
  const container = developmentContainer(name);
  return { kind: "development", name, title, version: developmentVersion, container, expose, url };
}

/** URL of the entry that the render process loads. It is not part of what browsers are told. */
export function serverEntryOf(release: PlacedRelease): string {
  return new URL(release.serverEntry, release.baseUrl).href;
}
