import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Release, type ReleaseFile, releaseSchema, remoteManifestSchema } from "@mullion/contracts";
import pMap from "p-map";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { type BuildFile, readBuild } from "./read-build.ts";
import { readContracts } from "./read-contracts.ts";
import { readJson } from "./read-json.ts";

const atOnce = 8;
const packageSchema = z.object({ version: z.string().regex(/^\d+\.\d+\.\d+$/, "a version such as 1.2.3") });

/** A packed remote: the release, and the folder that holds `release.json` and every file at its path. */
export interface Artifact {
  readonly folder: string;
  readonly release: Release;
}

async function packFile(folder: string, { source, path: target }: BuildFile): Promise<ReleaseFile> {
  const content = await readFile(source);
  const file = path.join(folder, target);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  const integrity = `sha384-${createHash("sha384").update(content).digest("base64")}`;
  return { path: target, bytes: content.length, integrity };
}

async function readDeclarations(dir: string): Promise<Pick<Release, "manifest"> & { version: string }> {
  const manifest = await readJson(path.join(dir, "mullion.remote.json"), remoteManifestSchema, {
    missing: "build_missing",
    invalid: "build_invalid",
    hint: "A remote declares itself in mullion.remote.json. Give the remote's folder.",
  });
  const { version } = await readJson(path.join(dir, "package.json"), packageSchema, {
    missing: "build_missing",
    invalid: "build_invalid",
    hint: "The version comes from package.json. Give the remote's folder.",
  });
  return { manifest, version };
}

/**
 * Turns the production build of the remote in `dir` into `dir/.artifact`: every file with its hash, and `release.json`.
 * An artifact that was there is replaced as a whole.
 * @throws {CliError} `build_missing` or `build_invalid`.
 */
export async function packBuild(dir: string): Promise<Artifact> {
  const { manifest, version } = await readDeclarations(dir);
  const build = await readBuild(path.join(dir, ".next"));
  const folder = path.join(dir, ".artifact");
  const partial = path.join(dir, `.artifact.${String(process.pid)}.part`);
  try {
    const files = await pMap(build.files, (file) => packFile(partial, file), { concurrency: atOnce });
    const release = releaseSchema.safeParse({
      remote: manifest.name,
      version: `${version}-${build.buildId}`,
      container: build.container,
      browserEntry: build.browserEntry,
      serverEntry: build.serverEntry,
      exposes: build.exposes,
      manifest,
      ...(await readContracts(dir, build.shared)),
      files,
    });
    if (!release.success) {
      throw new CliError("build_invalid", `The build of ${manifest.name} cannot be released.`, {
        findings: release.error.issues.map((issue) => ({
          path: describePath(issue.path, files),
          message: issue.message,
        })),
      });
    }
    await writeFile(path.join(partial, "release.json"), `${JSON.stringify(release.data, undefined, 2)}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
    return { folder, release: release.data };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Names a file rather than its place in the list. */
function describePath(where: readonly PropertyKey[], files: readonly ReleaseFile[]): string {
  const [field, at] = where;
  const file = field === "files" && typeof at === "number" ? files[at] : undefined;
  return file?.path ?? where.map(String).join(".");
}
