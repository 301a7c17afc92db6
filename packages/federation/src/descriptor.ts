import type { PlacedRelease } from "@mullion/contracts";
import { integritySchema } from "@mullion/contracts";
import { z } from "zod";

/** What a page, and so the browser, needs to know of one remote to render one exposed module. */
export const remoteDescriptorSchema = z.object({
  name: z.string(),
  title: z.string(),
  version: z.string(),
  container: z.string(),
  expose: z.string(),
  browserEntry: z.url(),
  browserEntryIntegrity: integritySchema,
  styles: z.array(z.object({ href: z.url(), integrity: integritySchema })),
  scripts: z.array(z.object({ href: z.url(), integrity: integritySchema })),
});
export type RemoteDescriptor = z.infer<typeof remoteDescriptorSchema>;

/**
 * Describes one exposed module of a release by absolute URLs and hashes.
 * @throws {Error} when the release lists a file of the module without a hash: that is a failure, never a pass.
 */
export function describeRemote(release: PlacedRelease, expose: string): RemoteDescriptor {
  const integrity = new Map(release.files.map((file) => [file.path, file.integrity]));
  const asset = (path: string): { href: string; integrity: string } => {
    const hash = integrity.get(path);
    if (hash === undefined) throw new Error(`${release.remote}@${release.version} lists no hash for ${path}`);
    return { href: new URL(path, release.baseUrl).href, integrity: hash };
  };
  const assets = release.exposes[expose] ?? { scripts: [], styles: [] };
  const browserEntry = asset(release.browserEntry);
  return {
    name: release.remote,
    title: release.manifest.title,
    version: release.version,
    container: release.container,
    expose,
    browserEntry: browserEntry.href,
    browserEntryIntegrity: browserEntry.integrity,
    styles: assets.styles.map(asset),
    scripts: assets.scripts.map(asset),
  };
}

/** URL of the entry that the render process loads. It is not part of what browsers are told. */
export function serverEntryOf(release: PlacedRelease): string {
  return new URL(release.serverEntry, release.baseUrl).href;
}
