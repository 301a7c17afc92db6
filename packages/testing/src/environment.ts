import { TestingError } from "./errors.ts";

function required(name: "MULLION_TEST_DATABASE_URL" | "MULLION_TEST_REDIS_URL"): string {
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
