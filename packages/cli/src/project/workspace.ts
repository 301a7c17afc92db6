import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { type RemoteManifest, remoteManifestSchema } from "@mullion/contracts";
import { readJson } from "../artifact/read-json.ts";
import { CliError } from "../errors.ts";

/** A remote's sources. */
export interface RemoteSources {
  readonly folder: string;
  readonly manifest: RemoteManifest;
}

/**
 * Root of the pnpm workspace that `from` is in.
 * @throws {CliError} `usage` outside of any.
 */
export function findWorkspace(from: string): string {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "pnpm-workspace.yaml"))) return folder;
    if (folder === path.dirname(folder)) {
      throw new CliError("usage", `${from} is in no pnpm workspace.`, {
        hint: "Run this inside the repository of your platform.",
      });
    }
  }
}

async function readManifest(folder: string): Promise<RemoteManifest> {
  return readJson(path.join(folder, "mullion.remote.json"), remoteManifestSchema, {
    missing: "usage",
    invalid: "usage",
    hint: "A remote declares itself in mullion.remote.json: docs/remotes.md has every field.",
  });
}

/** Remotes of a workspace: folders of `apps` with a declaration. */
async function listRemotes(workspace: string): Promise<string[]> {
  const apps = path.join(workspace, "apps");
  const names = existsSync(apps) ? await readdir(apps) : [];
  return names
    .map((name) => path.join(apps, name))
    .filter((folder) => existsSync(path.join(folder, "mullion.remote.json")));
}

/**
 * Every remote of a workspace.
 * @throws {CliError} `usage` when a declaration is not valid.
 */
export async function readRemotes(workspace: string): Promise<RemoteSources[]> {
  const folders = await listRemotes(workspace);
  return Promise.all(folders.map(async (folder) => ({ folder, manifest: await readManifest(folder) })));
}

/**
 * The remote that is meant by a folder, or by the name of one of the workspace's.
 * @throws {CliError} `usage`.
 */
export async function findRemote(given: string, from: string): Promise<RemoteSources> {
  const folder = path.resolve(from, given);
  if (existsSync(path.join(folder, "mullion.remote.json"))) {
    return { folder, manifest: await readManifest(folder) };
  }
  const remotes = await readRemotes(findWorkspace(from));
  const found = remotes.find(({ manifest }) => manifest.name === given);
  if (found !== undefined) return found;
  const names = remotes.map(({ manifest }) => manifest.name).join(", ");
  throw new CliError("usage", `There is no remote ${given} here.`, {
    hint: `Here are: ${names === "" ? "none" : names}. mullion create remote ${given} makes one.`,
  });
}
