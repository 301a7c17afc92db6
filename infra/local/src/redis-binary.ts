import { join } from "node:path";
import { unpackDebianPackages } from "./debian-packages.ts";
import { inheritedEnvironment, toolEnvironment } from "./env.ts";
import { LocalError } from "./errors.ts";
import { findOnPath } from "./find-on-path.ts";
import { isRoot } from "./places.ts";
import { runCommand } from "./run-command.ts";

/** A `redis-server` that runs here; `env` is what it needs to find its libraries. */
export interface RedisBinary {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

// redis-server and what it links to, for Debian 12 and 13.
const packages =
  "redis-server redis-tools libjemalloc2 liblua5.1-0 liblzf1 libatomic1 lua-cjson lua-bitop".split(" ");

/**
 * Finds a Redis server: on PATH, else Debian's packages unpacked into `.mullion` (needs no root), else installed by
 * apt-get under root. Throws `redis_unavailable` with what was tried.
 */
export async function prepareRedisBinary(): Promise<RedisBinary> {
  const onPath = await findOnPath("redis-server");
  if (onPath !== undefined) return { command: onPath, env: {} };
  const attempts: [string, () => Promise<RedisBinary>][] = [
    ["Debian packages without root", unpackRedis],
    ...(isRoot ? [["apt-get install", installByApt] as [string, () => Promise<RedisBinary>]] : []),
  ];
  const failures = ["redis-server on PATH: not found"];
  for (const [what, attempt] of attempts) {
    try {
      return await attempt();
    } catch (error) {
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const advice = "Install redis-server, or set REDIS_URL to a running Redis.";
  throw new LocalError("redis_unavailable", `No Redis server. ${advice}\n${failures.join("\n")}`);
}

async function unpackRedis(): Promise<RedisBinary> {
  const { folder, libraryPath } = await unpackDebianPackages("redis", packages);
  const binary = { command: join(folder, "usr/bin/redis-server"), env: { LD_LIBRARY_PATH: libraryPath } };
  await runCommand(binary.command, ["--version"], {
    cwd: "/",
    env: { ...inheritedEnvironment(), ...binary.env },
    timeoutMs: 10_000,
  });
  return binary;
}

async function installByApt(): Promise<RedisBinary> {
  const env = { ...toolEnvironment(), DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const run = { cwd: "/", env, timeoutMs: 300_000 };
  await runCommand("apt-get", ["update", "-qq"], run);
  await runCommand("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "redis-server"], run);
  const command = await findOnPath("redis-server");
  if (command === undefined) throw new LocalError("redis_unavailable", "apt-get installed no redis-server");
  return { command, env: {} };
}
