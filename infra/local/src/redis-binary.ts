import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { inheritedEnvironment } from "./env.ts";
import { LocalError } from "./errors.ts";
import { findOnPath } from "./find-on-path.ts";
import { isRoot, stateRoot } from "./places.ts";
import { runCommand } from "./run-command.ts";

/** A `redis-server` that runs here; `env` is what it needs to find its libraries. */
export interface RedisBinary {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

// redis-server and what it links to, for Debian 12 and 13.
const packages = "redis-server redis-tools libjemalloc2 liblua5.1-0 liblzf1 libatomic1 lua-cjson lua-bitop";

/**
 * Finds a Redis server: on PATH, else Debian's packages unpacked into `.mullion` (needs no root), else installed by
 * apt-get under root. Throws `redis_unavailable` with what was tried.
 */
export async function prepareRedisBinary(): Promise<RedisBinary> {
  const onPath = await findOnPath("redis-server");
  if (onPath !== undefined) return { command: onPath, env: {} };
  const attempts: [string, () => Promise<RedisBinary>][] = [
    ["Debian packages without root", unpackDebianPackages],
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

async function unpackDebianPackages(): Promise<RedisBinary> {
  const target = join(stateRoot, "cache/redis");
  if (!existsSync(target)) {
    await mkdir(join(stateRoot, "cache"), { recursive: true });
    const work = await mkdtemp(join(stateRoot, "cache/redis-"));
    try {
      await downloadAndUnpack(work);
      await rename(join(work, "root"), target).catch((error: unknown) => {
        if (!existsSync(target)) throw error;
      });
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  const binary = {
    command: join(target, "usr/bin/redis-server"),
    env: {
      LD_LIBRARY_PATH: `${join(target, "usr/lib/x86_64-linux-gnu")}:${join(target, "lib/x86_64-linux-gnu")}`,
    },
  };
  await runCommand(binary.command, ["--version"], {
    cwd: "/",
    env: { ...inheritedEnvironment(), ...binary.env },
    timeoutMs: 10_000,
  });
  return binary;
}

async function downloadAndUnpack(work: string): Promise<void> {
  const downloads = join(work, "deb");
  for (const folder of ["lists/partial", "cache/archives/partial", "deb", "root"]) {
    await mkdir(join(work, folder), { recursive: true });
  }
  // Lists, cache and locks of its own, so that apt neither needs root nor touches the machine's.
  const options = [
    `Dir::State::lists=${join(work, "lists")}`,
    `Dir::Cache=${join(work, "cache")}`,
    "Debug::NoLocking=1",
    "APT::Sandbox::User=",
  ].flatMap((option) => ["-o", option]);
  const run = { cwd: downloads, env: inheritedEnvironment(), timeoutMs: 180_000 };
  await runCommand("apt-get", ["update", "-qq", ...options], run);
  await runCommand("apt-get", ["download", "-qq", ...options, ...packages.split(" ")], run);
  for (const file of await readdir(downloads)) {
    await runCommand("dpkg-deb", ["-x", join(downloads, file), join(work, "root")], run);
  }
}

async function installByApt(): Promise<RedisBinary> {
  const env = { ...inheritedEnvironment(), DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const run = { cwd: "/", env, timeoutMs: 300_000 };
  await runCommand("apt-get", ["update", "-qq"], run);
  await runCommand("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "redis-server"], run);
  const command = await findOnPath("redis-server");
  if (command === undefined) throw new LocalError("redis_unavailable", "apt-get installed no redis-server");
  return { command, env: {} };
}
