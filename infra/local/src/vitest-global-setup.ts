import { startTestServers } from "./test-servers.ts";

/** One throwaway Postgres and Redis for the whole run; tests reach them through `@mullion/testing`. */
export default async function setup(): Promise<() => Promise<void>> {
  const servers = await startTestServers();
  process.env["MULLION_TEST_DATABASE_URL"] = servers.databaseUrl;
  process.env["MULLION_TEST_REDIS_URL"] = servers.redisUrl;
  return servers.stop;
}
