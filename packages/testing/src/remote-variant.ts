import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Release, releaseSchema } from "@mullion/contracts";

/** Another version to be made of a remote that is built already. */
export interface RemoteVariant {
  /** Folder of the packed remote: `release.json` and the files it lists. */
  readonly artifact: string;
  /** Where the new artifact goes. */
  readonly into: string;
  /** 6 to 40 lower-case letters and digits; no two versions may share one. */
  readonly buildId: string;
  /** Changes text files of the new version, e.g. so that it misbehaves. `file` is the path in the release. */
  readonly edit?: (file: string, text: string) => string;
}

const textFile = /\.(?:js|css|json)$/;
const hashListPath = "_next/static/chunks/integrity.json";
const sri = (content: Uint8Array): string =>
  `sha384-${createHash("sha384").update(content).digest("base64")}`;

type Rename = (text: string) => string;

async function contentOf({ artifact, edit }: RemoteVariant, file: string, rename: Rename): Promise<Buffer> {
  const original = await readFile(path.join(artifact, file));
  if (!textFile.test(file)) return original;
  const text = rename(original.toString());
  return Buffer.from(edit?.(file, text) ?? text);
}

/**
 * Makes another version of a built remote in a moment: the build's id is another wherever it stands, and every hash is anew. What
 * a build of the same sources would give, without the half minute it takes.
 */
export async function createRemoteVariant(variant: RemoteVariant): Promise<Release> {
  const { artifact, into, buildId } = variant;
  const release = releaseSchema.parse(
    JSON.parse(await readFile(path.join(artifact, "release.json"), "utf8")),
  );
  const [, formerId = ""] = release.version.split("-");
  const rename: Rename = (text) => text.replaceAll(formerId, buildId);
  const contents = new Map<string, Buffer>();
  for (const { path: file } of release.files) {
    if (file !== hashListPath) contents.set(file, await contentOf(variant, file, rename));
  }
  // The list of hashes names what the browser may load later; it is written last, since it speaks of all the others.
  const list = await readFile(path.join(artifact, hashListPath), "utf8").catch(() => null);
  if (list !== null) {
    const listed = Object.keys(JSON.parse(list) as Record<string, string>).map((file) => {
      const content = contents.get(file);
      if (content === undefined) throw new Error(`${file} is in the list of hashes, but not in the release`);
      return [file, sri(content)] as const;
    });
    contents.set(hashListPath, Buffer.from(`${JSON.stringify(Object.fromEntries(listed))}\n`));
  }
  for (const [file, content] of contents) {
    await mkdir(path.dirname(path.join(into, file)), { recursive: true });
    await writeFile(path.join(into, file), content);
  }
  const files = [...contents].map(([file, content]) => ({
    path: file,
    bytes: content.length,
    integrity: sri(content),
  }));
  const renamed = releaseSchema.parse({ ...(JSON.parse(rename(JSON.stringify(release))) as object), files });
  await writeFile(path.join(into, "release.json"), JSON.stringify(renamed));
  await writeFile(path.join(into, "mullion.remote.json"), JSON.stringify(renamed.manifest));
  return renamed;
}
