import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { type Child, startChild, waitUntilReady } from "./child.ts";
import { inheritedEnvironment } from "./env.ts";
import { isRoot, placeForServer } from "./places.ts";
import { preparePostgresBinaries } from "./postgres-binaries.ts";
import { runCommand } from "./run-command.ts";

/** Where and how the embedded Postgres runs. */
export interface PostgresOptions {
  /** Folder of the cluster; made at the first start. */
  readonly folder: string;
  readonly port: number;
  readonly logFile: string;
  /** False gives up crash safety for speed: only for data that a test throws away. */
  readonly durability?: boolean;
  /** Called with the process before it is ready. */
  readonly onSpawn?: (child: Child) => void;
}

/** A server listening on the loopback address only. `url` is the superuser's, to database `postgres`. */
export interface RunningServer {
  readonly url: string;
  readonly child: Child;
}

// Postgres refuses to run as root; 65534 is `nobody` on Debian.
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : undefined;
const owner = nobody === undefined ? {} : { owner: nobody };

/** Starts the embedded Postgres; resolves when it answers queries. */
export async function startPostgres(options: PostgresOptions): Promise<RunningServer> {
  const binaries = await preparePostgresBinaries();
  const folder = await placeForServer(options.folder);
  const cluster = join(folder, "cluster");
  if (!existsSync(cluster)) await createCluster(binaries, folder, cluster);
  const password = (await readFile(join(folder, "password"), "utf8")).trim();
  const child = await startChild({
    name: "postgres",
    command: join(binaries, "bin/postgres"),
    args: ["-D", cluster, ...settings(options).flatMap((setting) => ["-c", setting])],
    cwd: "/",
    env: inheritedEnvironment(),
    logFile: options.logFile,
    // "Fast shutdown": ends open sessions, writes a checkpoint. SIGTERM would wait for the clients.
    stopSignal: "SIGINT",
    ...owner,
  });
  const url = `postgres://postgres:${password}@127.0.0.1:${String(options.port)}/postgres`;
  options.onSpawn?.(child);
  try {
    await waitUntilReady(child, () => probe(url), { timeoutMs: 30_000, intervalMs: 25 });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { url, child };
}

async function createCluster(binaries: string, folder: string, cluster: string): Promise<void> {
  const unfinished = `${cluster}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
  await chmod(passwordFile, 0o600);
  if (nobody !== undefined) {
    await chown(unfinished, nobody.uid, nobody.gid);
    await chown(passwordFile, nobody.uid, nobody.gid);
  }
  await runCommand(
    join(binaries, "bin/initdb"),
    [
      ...["-D", unfinished, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", passwordFile],
      ...["-E", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"],
    ],
    { cwd: "/", env: inheritedEnvironment(), ...owner, timeoutMs: 120_000 },
  );
  // Renamed last: an interrupted initdb leaves no cluster that looks whole.
  await rename(unfinished, cluster);
}

function settings({ port, durability = true }: PostgresOptions): string[] {
  const always = [
    "listen_addresses=127.0.0.1",
    `port=${String(port)}`,
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=128MB",
    "timezone=UTC",
    "log_timezone=UTC",
  ];
  return durability
    ? always
    : [...always, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"];
}

async function probe(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // Without a listener an error after the connection would end this process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("SELECT 1");
  } finally {
    await client.end();
  }
}
