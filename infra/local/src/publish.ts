import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { CliError, type Deployment, deploy } from "@mullion/cli";
import { LocalError } from "./errors.ts";
import { repositoryRoot } from "./places.ts";
import type { Ports } from "./ports.ts";
import type { Secrets } from "./secrets.ts";

/** Publishes every remote of the repository to the registry and puts it live. What is live already costs two requests. */
export async function publishRemotes(options: {
  ports: Ports;
  issuer: string;
  secrets: Secrets;
  signal: AbortSignal;
  note: (text: string) => void;
}): Promise<void> {
  const { signal, note } = options;
  const folders = (await readdir(join(repositoryRoot, "apps")))
    .filter((name) => name.startsWith("remote-"))
    .map((name) => join(repositoryRoot, "apps", name))
    .filter((folder) => existsSync(join(folder, "mullion.remote.json")));
  const deployments = await Promise.all(
    folders.map(async (folder) => {
      signal.throwIfAborted();
      return await publish(folder, options);
    }),
  );
  const uploaded = deployments.reduce((sum, { uploadedFiles }) => sum + uploadedFiles, 0);
  note(`${String(folders.length)} remotes, ${String(uploaded)} new files`);
}

async function publish(
  dir: string,
  { ports, issuer, secrets }: { ports: Ports; issuer: string; secrets: Secrets },
): Promise<Deployment> {
  try {
    return await deploy({
      dir,
      registry: `http://127.0.0.1:${String(ports.registry)}`,
      issuer,
      clientId: "mullion-deploy",
      clientSecret: secrets.deployClient,
    });
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    const hint = cause.hint === undefined ? "" : `\n${cause.hint}`;
    throw new LocalError("command_failed", `${basename(dir)}: ${cause.message}${hint}`, { cause });
  }
}
