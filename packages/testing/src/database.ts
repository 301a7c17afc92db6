import { randomBytes } from "node:crypto";
import pg from "pg";
import { testDatabaseServerUrl } from "./environment.ts";

/** A database of its own for one test file. `drop` ends whatever is still connected to it. */
export interface TestDatabase {
  connectionString: string;
  drop(): Promise<void>;
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: testDatabaseServerUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Creates an empty database. Rejects with `TestingError` `not_started` when there is no server. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `mullion_test_${randomBytes(6).toString("hex")}`;
  const url = new URL(testDatabaseServerUrl());
  url.pathname = `/${name}`;
  await onServer(`create database ${name}`);
  return {
    connectionString: url.href,
    drop: () => onServer(`drop database if exists ${name} with (force)`),
  };
}
