import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Redis } from "ioredis";
import { type Child, startChild, waitUntilReady } from "./child.ts";
import { inheritedEnvironment } from "./env.ts";
import type { RunningServer } from "./postgres.ts";
import { prepareRedisBinary } from "./redis-binary.ts";

/** Where and how Redis runs. */
export interface RedisOptions {
  /** Folder of its data, configuration and password. */
  readonly folder: string;
  readonly port: number;
  readonly logFile: string;
  /** False keeps everything in memory: only for data that a test throws away. */
  readonly durability?: boolean;
  /** Called with the process before it is ready. */
  readonly onSpawn?: (child: Child) => void;
}

/** Starts Redis on the loopback address with a generated password; resolves when it answers. */
export async function startRedis(options: RedisOptions): Promise<RunningServer> {
  const binary = await prepareRedisBinary();
  // The parents first: they would get the mode too, and Postgres, which is `nobody` under root, lives beside it.
  await mkdir(dirname(options.folder), { recursive: true });
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const passwordFile = join(options.folder, "password");
  if (!existsSync(passwordFile)) {
    await writeFile(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  const password = (await readFile(passwordFile, "utf8")).trim();
  // A file, because every user of the machine can read the arguments of a process.
  const configuration = join(options.folder, "redis.conf");
  await writeFile(configuration, configurationText(options, password), { mode: 0o600 });
  const child = await startChild({
    name: "redis",
    command: binary.command,
    args: [configuration],
    cwd: options.folder,
    env: { ...inheritedEnvironment(), ...binary.env },
    logFile: options.logFile,
  });
  const url = `redis://:${password}@127.0.0.1:${String(options.port)}`;
  options.onSpawn?.(child);
  try {
    await waitUntilReady(child, () => probe(url), { timeoutMs: 20_000, intervalMs: 25 });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { url, child };
}

function configurationText({ port, folder, durability = true }: RedisOptions, password: string): string {
  const lines = [
    "bind 127.0.0.1",
    `port ${String(port)}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    "daemonize no",
    `save ""`,
    `appendonly ${durability ? "yes" : "no"}`,
    "appendfsync everysec",
  ];
  return `${lines.join("\n")}\n`;
}

async function probe(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    enableOfflineQueue: false,
    retryStrategy: () => null,
  });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    // While it loads its data Redis answers PING with an error, which is what is wanted here.
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}
