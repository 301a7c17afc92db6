import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { Redis } from "ioredis";
import { testRedisBinary } from "./environment.ts";
import { freePort } from "./port.ts";

/** One `redis-server` of a test's own. */
export interface RedisProcess {
  readonly port: number;
  /** Of this server alone. */
  readonly url: string;
  /** Dies at once, as with the power cut. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Hangs without closing anything, until it is killed. */
  freeze(): void;
  /** One command, on a connection of its own. */
  command(name: string, ...values: (string | number)[]): Promise<unknown>;
}

// Ends the server with the process of the test, whatever happens to that.
const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => existsSync(path));

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
    server.close();
    await once(server, "close");
    return true;
  } catch {
    return false;
  }
}

/** A port whose cluster bus port, 10000 above, is free too. */
export async function freeRedisPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port + 10_000 <= 65_535 && (await canListen(port + 10_000))) return port;
  }
}

/** Starts a Redis, or a Sentinel, in a folder of its own; resolves when it answers. */
export async function startRedisProcess(options: {
  readonly folder: string;
  readonly port: number;
  readonly password: string;
  readonly settings: readonly string[];
  readonly sentinel?: boolean;
}): Promise<RedisProcess> {
  const { folder, port, password } = options;
  await mkdir(folder, { recursive: true });
  const configuration = join(folder, "redis.conf");
  const lines = [`port ${port}`, "bind 127.0.0.1", `dir ${folder}`, `requirepass ${password}`];
  await writeFile(configuration, [...lines, ...options.settings, ""].join("\n"));
  const child = spawnServer(configuration, options.sentinel === true);
  const process: RedisProcess = {
    port,
    url: `redis://:${password}@127.0.0.1:${port}`,
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
    freeze: () => {
      child.kill("SIGSTOP");
    },
    command: (name, ...values) => oneCommand(port, password, name, values),
  };
  try {
    await until(`Redis at ${port} answers`, async () => {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
      return (await process.command("PING").catch(() => null)) === "PONG";
    });
  } catch (error) {
    await process.kill();
    throw error;
  }
  return process;
}

function spawnServer(configuration: string, isSentinel: boolean): ChildProcess {
  const { command, libraryPath } = testRedisBinary();
  const args = [command, configuration, ...(isSentinel ? ["--sentinel"] : [])];
  const [first = "", ...rest] =
    setpriv === undefined ? args : [setpriv, "--pdeathsig", "KILL", "--", ...args];
  return spawn(first, rest, {
    stdio: "ignore",
    // Next's types, where they are loaded as well, let no environment be without NODE_ENV.
    env: { NODE_ENV: "test", ...(libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath }) },
  });
}

async function oneCommand(
  port: number,
  password: string,
  name: string,
  values: readonly (string | number)[],
): Promise<unknown> {
  const redis = new Redis({
    ...{ host: "127.0.0.1", port, password, lazyConnect: true },
    // A Sentinel knows no INFO of loading; a frozen server must not hang the test.
    ...{ enableReadyCheck: false, retryStrategy: null, connectTimeout: 1_000, commandTimeout: 1_000 },
  });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    return await redis.call(name, ...values);
  } finally {
    redis.disconnect();
  }
}

/** Asks again until it is so; throws after 20 seconds, saying what was waited for. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
