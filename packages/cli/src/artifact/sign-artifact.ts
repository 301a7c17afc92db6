import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Publication, publicationSchema, releaseSchema } from "@mullion/contracts";
import { type SigningKey, signRelease } from "@mullion/release-signing";
import { CliError } from "../errors.ts";
import type { Artifact } from "./pack.ts";
import { isMissing } from "./read-json.ts";

const file = "release.jws";

/** Signs an artifact and leaves the signature in it, as `release.jws`. */
export async function signArtifact({ folder, release }: Artifact, key: SigningKey): Promise<Publication> {
  const publication = { jws: await signRelease(release, key) };
  await writeFile(path.join(folder, file), `${JSON.stringify(publication)}\n`);
  return publication;
}

/**
 * The signature that came with an artifact, signed where the key is; undefined where there is none. It is not verified here:
 * the registry does, with keys that this machine need not know.
 * @throws {CliError} `artifact_invalid` when it is of another release.
 */
export async function readSignature({ folder, release }: Artifact): Promise<Publication | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(folder, file), "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const publication = publicationSchema.parse(JSON.parse(text));
    const payload = Buffer.from(publication.jws.split(".")[1] ?? "", "base64url").toString("utf8");
    if (isDeepStrictEqual(releaseSchema.parse(JSON.parse(payload)), release)) return publication;
  } catch (cause) {
    if (cause instanceof TypeError) throw cause;
    throw new CliError("artifact_invalid", `${file} in ${folder} is no signature of a release.`, {
      hint: "Remove it: deploy signs again.",
      cause,
    });
  }
  throw new CliError("artifact_invalid", `${file} in ${folder} is the signature of another release.`, {
    hint: "Remove it: deploy signs again.",
  });
}
