import { existsSync } from "node:fs";
import path from "node:path";
import { releaseSchema } from "@mullion/contracts";
import { type Artifact, packBuild } from "./pack.ts";
import { readJson } from "./read-json.ts";

/**
 * The artifact to deploy from a folder: the folder itself when it is one, its production build freshly packed, or the
 * `.artifact` packed before.
 * @throws {CliError} `build_missing`, `build_invalid` or `artifact_invalid`.
 */
export async function readArtifact(dir: string): Promise<Artifact> {
  const isArtifact = existsSync(path.join(dir, "release.json"));
  // Packing takes well under a second; an artifact left from an older build would be deployed unnoticed.
  if (!isArtifact && existsSync(path.join(dir, ".next/BUILD_ID"))) return packBuild(dir);
  const folder = isArtifact ? dir : path.join(dir, ".artifact");
  const release = await readJson(path.join(folder, "release.json"), releaseSchema, {
    missing: "build_missing",
    invalid: "artifact_invalid",
    hint: "Give the folder of a remote that has been built, or of an artifact.",
  });
  return { folder, release };
}
