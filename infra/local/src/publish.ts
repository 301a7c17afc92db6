import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CliError, type Deployment, deploy, ensureDelegated } from "@mullion/cli";
import { remoteManifestSchema } from "@mullion/contracts";
import { LocalError } from "./errors.ts";
import { repositoryRoot } from "./places.ts";
import type { Ports } from "./ports.ts";
import type { Secrets } from "./secrets.ts";
import type { SigningKeys } from "./signing-keys.ts";

// A team's key is delegated again when the platform starts in its last month.
const delegationDays = 365;
const shellSpeaksWithinMs = 20_000;
const retryMs = 500;

/** What publishing takes. */
export interface PublishContext {
  readonly ports: Ports;
  readonly issuer: string;
  readonly secrets: Secrets;
  readonly signingKeys: SigningKeys;
}

/** Publishes every remote of the repository to the registry and puts it live. What is live already costs few requests. */
export async function publishRemotes(
  context: PublishContext,
  { signal, note }: { signal: AbortSignal; note: (text: string) => void },
): Promise<void> {
  const folders = (await readdir(join(repositoryRoot, "apps")))
    .filter((name) => name.startsWith("remote-"))
    .map((name) => join(repositoryRoot, "apps", name))
    .filter((folder) => existsSync(join(folder, "mullion.remote.json")));
  const deployments = await Promise.all(
    folders.map(async (folder) => {
      return await publishToStartingShell(context, folder, signal);
    }),
  );
  const uploaded = deployments.reduce((sum, { uploadedFiles }) => sum + uploadedFiles, 0);
  note(`${String(folders.length)} remotes, ${String(uploaded)} new files`);
}

function isRefusedByGate(error: unknown): boolean {
  return (
    error instanceof LocalError &&
    error.cause instanceof CliError &&
    error.cause.problemCode === "release_invalid"
  );
}

/** Until the shell that starts right now has said what it brings, the registry compares with the one of the last run. */
async function publishToStartingShell(
  context: PublishContext,
  folder: string,
  signal: AbortSignal,
): Promise<Deployment> {
  const deadline = performance.now() + shellSpeaksWithinMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await publishRemote(context, folder);
    } catch (error) {
      if (!isRefusedByGate(error) || performance.now() > deadline) throw error;
      await delay(retryMs, undefined, { signal });
    }
  }
}

/**
 * Publishes the built remote in a folder with a key of its own that the root key has delegated, and puts it live unless told
 * otherwise.
 */
export async function publishRemote(
  { ports, issuer, secrets, signingKeys }: PublishContext,
  dir: string,
  { promote = true }: { readonly promote?: boolean } = {},
): Promise<Deployment> {
  const registry = `http://127.0.0.1:${String(ports.registry)}`;
  const manifest: unknown = JSON.parse(await readFile(join(dir, "mullion.remote.json"), "utf8"));
  const { name } = remoteManifestSchema.parse(manifest);
  const key = await signingKeys.of(name);
  const operator = { clientId: "mullion-operator", clientSecret: secrets.operatorClient };
  const deployer = { clientId: "mullion-deploy", clientSecret: secrets.deployClient };
  try {
    const order = { team: name, remotes: [name], key, days: delegationDays };
    await ensureDelegated({ registry, issuer, ...operator }, order, signingKeys.root);
    return await deploy({ registry, issuer, ...deployer, dir, signingKey: key, promote, again: true });
  } catch (cause) {
    if (!(cause instanceof CliError)) throw cause;
    const findings = cause.findings.map(({ path, message }) => `\n${path}: ${message}`).join("");
    const hint = cause.hint === undefined ? "" : `\n${cause.hint}`;
    throw new LocalError("command_failed", `${basename(dir)}: ${cause.message}${findings}${hint}`, { cause });
  }
}
