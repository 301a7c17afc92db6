import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Nginx } from "@mullion/local";

/** What the edge stands in front of. Servers are `host:port`. */
export interface EdgeOptions {
  readonly nginx: Nginx;
  readonly port: number;
  readonly shellHost: string;
  readonly artifactsHost: string;
  readonly shellServers: readonly string[];
  readonly registryServers: readonly string[];
}

/** An edge that runs. */
export interface Edge {
  stop(): Promise<void>;
}

const home = join(import.meta.dirname, "..");

function serverLines(servers: readonly string[]): string {
  return servers.map((server) => `server ${server};`).join("\n  ");
}

/** The template with its variables put in, as the official image does it at its start. */
async function configuration({ port, shellHost, artifactsHost, ...servers }: EdgeOptions): Promise<string> {
  const template = await readFile(join(home, "templates/edge.conf.template"), "utf8");
  const values: Readonly<Record<string, string>> = {
    LISTEN: `127.0.0.1:${String(port)}`,
    SHELL_HOST: shellHost,
    ARTIFACTS_HOST: artifactsHost,
    SHELL_SERVERS: serverLines(servers.shellServers),
    REGISTRY_SERVERS: serverLines(servers.registryServers),
    CACHE_DIR: "cache",
  };
  return template.replaceAll(/\$\{([A-Z_]+)\}/g, (variable, name: string) => values[name] ?? variable);
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return once(socket, "connect")
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}

/** Starts nginx with the edge's configuration and an empty cache, and resolves when it listens. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const folder = await mkdtemp(join(tmpdir(), "mullion-edge-"));
  // Started by root, workers are somebody else.
  await chmod(folder, 0o755);
  await mkdir(join(folder, "temp"));
  await copyFile(join(home, "nginx.conf"), join(folder, "nginx.conf"));
  await writeFile(join(folder, "edge.conf"), await configuration(options));
  const { command, env } = options.nginx;
  const child = spawn(command, ["-p", folder, "-c", "nginx.conf"], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-4_000);
  });
  const exited = once(child, "exit");
  while (!(await listens(options.port))) {
    if (child.exitCode !== null) throw new Error(`nginx did not start\n${log}`);
    await delay(20);
  }
  return {
    async stop() {
      child.kill("SIGTERM");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
