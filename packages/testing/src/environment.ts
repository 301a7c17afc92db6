import { TestingError } from "./errors.ts";

type Variable = "MULLION_TEST_DATABASE_URL" | "MULLION_TEST_REDIS_URL" | "MULLION_TEST_REDIS_BINARY";

function required(name: Variable): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new TestingError("not_started", name);
  return value;
}

/** Connection string of the Postgres that the root global set-up started; its user may create databases. */
export function testDatabaseServerUrl(): string {
  return required("MULLION_TEST_DATABASE_URL");
}

/** URL of the Redis that the root global set-up started. Shared by all test files: use random key names. */
export function testRedisUrl(): string {
  return required("MULLION_TEST_REDIS_URL");
}

/** The `redis-server` of the root global set-up and the folders of its libraries, for tests that start their own. */
export function testRedisBinary(): { command: string; libraryPath: string | undefined } {
  return {
    command: required("MULLION_TEST_REDIS_BINARY"),
    libraryPath: process.env["MULLION_TEST_REDIS_LIBRARY_PATH"],
  };
}
