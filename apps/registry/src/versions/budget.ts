import type { Problem, Release } from "@mullion/contracts";
import type { ArtifactStore } from "../artifacts/artifact-store.ts";
import { blobHashOf } from "../artifacts/blob-hash.ts";

type Issue = NonNullable<Problem["issues"]>[number];

/** What every remote may weigh at most, in bytes after gzip. */
export interface Limits {
  readonly entryBytes: number;
  readonly firstPaintBytes: number;
}

/** Size of a file as gzip sends it; as it is, where it was too small or of a kind not to be compressed. */
async function transferredBytes(store: ArtifactStore, release: Release, path: string): Promise<number> {
  const file = release.files.find((candidate) => candidate.path === path);
  if (file === undefined) return 0;
  const compressed = await store.open(blobHashOf(file.integrity), "gzip");
  await compressed?.close();
  return compressed?.bytes ?? file.bytes;
}

async function sumOf(store: ArtifactStore, release: Release, paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all([...new Set(paths)].map((path) => transferredBytes(store, release, path)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** `own` is the remote's promise, `most` the platform's limit: the smaller one counts. */
function overweight(
  path: string,
  what: string,
  bytes: number,
  own: number | undefined,
  most: number,
): Issue[] {
  const limit = Math.min(own ?? most, most);
  if (bytes <= limit) return [];
  const whose = limit === own ? `its own budget (manifest.${path})` : "the platform's limit";
  const advice = limit === own ? "make it smaller or the budget larger" : "make it smaller";
  return [
    {
      path,
      message: `${what} weighs ${String(bytes)} bytes after gzip, ${whose} is ${String(limit)}: ${advice}`,
    },
  ];
}

/**
 * Where a release is heavier than it promises or than the platform allows. Its files must have been compressed. What a page
 * loads first is the entry and the scripts and styles of the module it shows.
 */
export async function findOverweight(
  store: ArtifactStore,
  release: Release,
  limits: Limits,
): Promise<Issue[]> {
  const { budget } = release.manifest;
  const entry = await sumOf(store, release, [release.browserEntry]);
  const exposes = await Promise.all(
    Object.entries(release.exposes).map(async ([expose, { scripts, styles }]) => ({
      expose,
      bytes: await sumOf(store, release, [release.browserEntry, ...scripts, ...styles]),
    })),
  );
  return [
    ...overweight("budget.entryBytes", release.browserEntry, entry, budget?.entryBytes, limits.entryBytes),
    ...exposes.flatMap(({ expose, bytes }) =>
      overweight(
        "budget.firstPaintBytes",
        `what the first page of ${expose} loads`,
        bytes,
        budget?.firstPaintBytes,
        limits.firstPaintBytes,
      ),
    ),
  ];
}
