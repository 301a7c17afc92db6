import { prepareRedisBinary } from "./redis-binary.ts";
import { startTestServers } from "./test-servers.ts";

/** One throwaway Postgres and Redis for the whole run; tests reach them through `@mullion/testing`. */
export default async function setup(): Promise<() => Promise<void>> {
  const servers = await startTestServers();
  process.env["MULLION_TEST_DATABASE_URL"] = servers.databaseUrl;
  process.env["MULLION_TEST_REDIS_URL"] = servers.redisUrl;
  const { command, env } = await prepareRedisBinary();
  process.env["MULLION_TEST_REDIS_BINARY"] = command;
  const libraryPath = env["LD_LIBRARY_PATH"];
  if (libraryPath !== undefined) process.env["MULLION_TEST_REDIS_LIBRARY_PATH"] = libraryPath;
  return servers.stop;
}
