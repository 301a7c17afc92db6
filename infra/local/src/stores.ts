import { join } from "node:path";
import type { Layout } from "./layout.ts";
import type { Ports } from "./ports.ts";
import { type RunningServer, startPostgres } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import type { Steps } from "./steps.ts";
import type { Supervisor } from "./supervisor.ts";

/** Where the stores are reached. `databaseUrl` is a user's that may create databases. */
export interface StoreUrls {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

interface StoreOptions {
  readonly databaseUrl?: string | undefined;
  readonly redisUrl?: string | undefined;
  readonly layout: Layout;
  readonly ports: Ports;
  readonly supervisor: Supervisor;
  readonly steps: Steps;
  readonly log: (name: string) => string;
}

/** Starts Postgres and Redis side by side, each unless its address was given. */
export async function startStores(options: StoreOptions): Promise<StoreUrls> {
  const [databaseUrl, redisUrl] = await Promise.all([
    options.databaseUrl ?? startStore("postgres", startPostgres, options),
    options.redisUrl ?? startStore("redis", startRedis, options),
  ]);
  return { databaseUrl, redisUrl };
}

async function startStore(
  name: "postgres" | "redis",
  startServer: typeof startPostgres | typeof startRedis,
  { layout, ports, supervisor, steps, log }: StoreOptions,
): Promise<string> {
  let server: RunningServer | undefined;
  const definition = {
    name,
    kind: "store" as const,
    async start(onSpawn: Parameters<Parameters<Supervisor["add"]>[0]["start"]>[0]) {
      server = await startServer({
        folder: join(layout.data, name),
        port: ports[name],
        logFile: log(name),
        onSpawn,
      });
    },
  };
  await steps.run(name, () => supervisor.add(definition));
  return server?.url ?? "";
}
