import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { isReservedPath, type RemoteManifest, remoteManifestSchema } from "@mullion/contracts";
import { CliError } from "../errors.ts";
import { readRemotes } from "./workspace.ts";

const template = path.resolve(import.meta.dirname, "../../templates/remote");

/** What may stand in JSON, in JSX and in an attribute as it is. */
const plainTitle = /^[\p{L}\p{N}][\p{L}\p{N} .,'()/-]*$/u;

/** What to make. */
export interface NewRemote {
  /** Name in `mullion.remote.json`; the folder is `apps/remote-<name>`. */
  readonly name: string;
  /** What people read; made from the name when not given. */
  readonly title?: string | undefined;
  /** Path of its page; `/<name>` when not given. */
  readonly path?: string | undefined;
}

/** A remote that was made. `files` are relative to `folder`. */
export interface CreatedRemote {
  readonly folder: string;
  readonly manifest: RemoteManifest;
  readonly files: readonly string[];
}

function titleOf(name: string): string {
  const words = name.replaceAll("-", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function manifestOf({ name, title = titleOf(name), path: page = `/${name}` }: NewRemote): RemoteManifest {
  const parsed = remoteManifestSchema.safeParse({
    name,
    title,
    routes: [{ path: page, expose: "./app" }],
    navigation: [{ label: title, path: page }],
  });
  if (parsed.success && plainTitle.test(title)) return parsed.data;
  if (parsed.success) {
    throw new CliError("usage", `${title} is no title to begin with.`, {
      hint: "Letters, digits, spaces and .,'()/- may be in it. Change it in the files later.",
    });
  }
  throw new CliError("usage", `There can be no remote ${name}.`, {
    findings: parsed.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })),
  });
}

async function assertFree(workspace: string, folder: string, manifest: RemoteManifest): Promise<void> {
  if (existsSync(folder)) {
    throw new CliError("usage", `There is ${path.relative(workspace, folder)} already.`, {
      hint: "Give another name, or remove it.",
    });
  }
  const page = manifest.routes[0]?.path ?? "/";
  const others = await readRemotes(workspace);
  const sameName = others.find((other) => other.manifest.name === manifest.name);
  const samePath = others.find((other) => other.manifest.routes.some((route) => route.path === page));
  if (sameName !== undefined) {
    const where = path.relative(workspace, sameName.folder);
    throw new CliError("usage", `${where} is called ${manifest.name} already.`);
  }
  if (samePath !== undefined || isReservedPath(page)) {
    const who = samePath?.manifest.name ?? "the shell";
    throw new CliError("usage", `${page} belongs to ${who}.`, { hint: "Give another path with --path." });
  }
}

/**
 * Makes `apps/remote-<name>` from the template, whole or not at all.
 * @throws {CliError} `usage` for a name, path or folder that cannot be.
 */
export async function createRemote(workspace: string, remote: NewRemote): Promise<CreatedRemote> {
  const manifest = manifestOf(remote);
  const folder = path.join(workspace, "apps", `remote-${manifest.name}`);
  await assertFree(workspace, folder, manifest);
  const words: Readonly<Record<string, string>> = {
    "Placeholder Title": manifest.title,
    "placeholder-path": (manifest.routes[0]?.path ?? "").slice(1),
    placeholder: manifest.name,
  };
  const fill = (text: string): string =>
    text.replaceAll(/Placeholder Title|placeholder-path|placeholder/g, (word) => words[word] ?? word);
  // The dot keeps it out of the workspace until it is whole.
  const unfinished = path.join(workspace, "apps", `.remote-${manifest.name}.${String(process.pid)}`);
  const entries = await readdir(template, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(template, path.join(entry.parentPath, entry.name)))
    .toSorted();
  try {
    for (const file of files) {
      await mkdir(path.dirname(path.join(unfinished, file)), { recursive: true });
      await writeFile(path.join(unfinished, file), fill(await readFile(path.join(template, file), "utf8")));
    }
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return { folder, manifest, files };
}
