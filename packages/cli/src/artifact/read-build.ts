import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { federationRuntime } from "@mullion/contracts";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { isMissing, readJson } from "./read-json.ts";

const assetsSchema = z.object({ sync: z.array(z.string()) });

/** The part of `mf-manifest.json` (module federation 2) that is used. */
const federationManifestSchema = z.object({
  name: z.string(),
  metaData: z.object({ pluginVersion: z.string() }),
  exposes: z.array(z.object({ path: z.string(), assets: z.object({ js: assetsSchema, css: assetsSchema }) })),
  shared: z.array(z.object({ name: z.string(), requiredVersion: z.string() })).default([]),
});

/** A file of a build: where it lies, and its path under the version's base URL. */
export interface BuildFile {
  readonly source: string;
  readonly path: string;
}

/** What a remote's production build consists of. Paths are those of `Release`. */
export interface RemoteBuild {
  readonly buildId: string;
  readonly container: string;
  readonly browserEntry: string;
  readonly serverEntry: string;
  readonly exposes: Record<string, { scripts: string[]; styles: string[] }>;
  /** Modules it takes from the host, with the range it was built for. */
  readonly shared: Record<string, string>;
  readonly files: readonly BuildFile[];
}

/** What federation loads; the rest of `.next/static` belongs to the remote's own pages. */
const folders = ["chunks", "css", "media", "ssr"];
/** Reports of the build that nothing loads at run time, and sources, which are nobody's business. */
const leftOut = /(?:\.map|(?:^|\/)(?:mf-stats|mf-manifest|federated-stats)\.json)$/;
const buildHint = "Build the remote first: pnpm --filter <remote> build";

async function readBuildId(next: string): Promise<string> {
  try {
    return (await readFile(path.join(next, "BUILD_ID"), "utf8")).trim();
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new CliError("build_missing", `There is no production build in ${next}.`, {
      hint: buildHint,
      cause,
    });
  }
}

async function listFolder(next: string, folder: string): Promise<BuildFile[]> {
  const root = path.join(next, "static", folder);
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((source) => !leftOut.test(source.replaceAll(path.sep, "/")))
      .map((source) => ({ source, path: `_next/${path.relative(next, source).replaceAll(path.sep, "/")}` }));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** `static/chunks/a.js`, with or without the public path in front, as a path of the release. */
function releasePath(asset: string): string {
  return `_next/${asset.replace(/^\/?(?:_next\/)?/, "")}`;
}

/**
 * Reads the `.next` folder of a remote that was built with `withRemote`.
 * @throws {CliError} `build_missing` or `build_invalid`.
 */
export async function readBuild(next: string): Promise<RemoteBuild> {
  const buildId = await readBuildId(next);
  const manifest = await readJson(
    path.join(next, "static/chunks/mf-manifest.json"),
    federationManifestSchema,
    {
      missing: "build_invalid",
      invalid: "build_invalid",
      hint: "Wrap next.config with withRemote and build again.",
    },
  );
  if (!manifest.name.endsWith(`_${buildId}`)) {
    throw new CliError("build_invalid", `Container ${manifest.name} is not of the build ${buildId}.`, {
      hint: "Two builds are mixed in this folder, or withRemote was not used. Remove .next and build again.",
    });
  }
  const files = (await Promise.all(folders.map((folder) => listFolder(next, folder)))).flat();
  const known = new Set(files.map((file) => file.path));
  const build: RemoteBuild = {
    buildId,
    container: manifest.name,
    browserEntry: "_next/static/chunks/remoteEntry.js",
    serverEntry: "_next/static/ssr/remoteEntry.js",
    exposes: Object.fromEntries(
      manifest.exposes.map(({ path: expose, assets }) => [
        expose,
        { scripts: assets.js.sync.map(releasePath), styles: assets.css.sync.map(releasePath) },
      ]),
    ),
    shared: {
      ...Object.fromEntries(manifest.shared.map(({ name, requiredVersion }) => [name, requiredVersion])),
      // Its parts call each other by names that no contract holds: fixes may differ, features may not.
      [federationRuntime]: `~${manifest.metaData.pluginVersion}`,
    },
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
  const needed = Object.values(build.exposes).flatMap(({ scripts, styles }) => [...scripts, ...styles]);
  const missing = [build.browserEntry, build.serverEntry, ...needed].filter((file) => !known.has(file));
  if (missing.length > 0) {
    throw new CliError("build_invalid", "The build lacks files that its own manifest names.", {
      hint: "Remove .next and build again.",
      findings: missing.map((file) => ({ path: file, message: "not in the build" })),
    });
  }
  return build;
}
