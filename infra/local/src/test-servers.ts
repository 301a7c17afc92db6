import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { placeForServer, stateRoot } from "./places.ts";
import { type RunningServer, startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";

/** A Postgres and a Redis that forget everything at `stop()`. */
export interface TestServers {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  stop(): Promise<void>;
}

/** Starts a throwaway Postgres and Redis on free ports; URLs are the superuser's. */
export async function startTestServers(): Promise<TestServers> {
  await mkdir(join(stateRoot, "test"), { recursive: true });
  const parent = await placeForServer(join(stateRoot, "test"));
  await removeAbandoned(parent);
  const folder = await mkdtemp(join(parent, `${String(process.pid)}-`));
  // Under root Postgres is `nobody`, who must be able to reach it; what is in it has its own modes.
  await chmod(folder, 0o755);
  const started: RunningServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(({ child }) => child.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  const start = async (
    name: "postgres" | "redis",
    startServer: typeof startPostgres | typeof startRedis,
  ): Promise<string> => {
    const server = await startServer({
      folder: join(folder, name),
      port: await freePort(),
      logFile: join(folder, `${name}.log`),
      durability: false,
    });
    started.push(server);
    return server.url;
  };
  const [postgres, redis] = await Promise.allSettled([
    start("postgres", startPostgres),
    start("redis", startRedis),
  ]);
  if (postgres.status === "fulfilled" && redis.status === "fulfilled") {
    return { databaseUrl: postgres.value, redisUrl: redis.value, stop };
  }
  await stop();
  throw [postgres, redis].find((result) => result.status === "rejected")?.reason;
}

/** Folders of runs that were killed: named after the pid of the process that made them. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /^(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
}
