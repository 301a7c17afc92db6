import { createHash } from "node:crypto";
import { chmod, mkdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** Root folder of the repository, absolute. */
export const repositoryRoot = resolve(import.meta.dirname, "../../..");

/** Everything the platform writes on this machine is under here, or is listed in `placeForServer`. */
export const stateRoot = join(repositoryRoot, ".mullion");

/** True when this process may do everything on the machine. Postgres refuses to run like that. */
export const isRoot = process.getuid?.() === 0;

/**
 * Folder for a server that, under root, runs as `nobody`: `folder` itself where `nobody` can reach it, else one under
 * `/var/lib/mullion` named after it (a checkout in `/root` is closed to everybody else). Creates it.
 */
export async function placeForServer(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  if (!isRoot || (await isOpenToAll(folder))) return folder;
  const place = outsidePlace(folder);
  await mkdir(place, { recursive: true });
  for (const path of ["/var/lib/mullion", place]) await chmod(path, 0o755);
  return place;
}

/** Where `placeForServer` goes when `folder` is closed to `nobody`. */
export function outsidePlace(folder: string): string {
  return join("/var/lib/mullion", createHash("sha256").update(folder).digest("hex").slice(0, 16));
}

async function isOpenToAll(folder: string): Promise<boolean> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const { mode } = await stat(path);
    if ((mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
