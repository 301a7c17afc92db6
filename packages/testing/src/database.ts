import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { testDatabaseServerUrl } from "./environment.ts";

/** A database of its own for one test file. `drop` waits for connections being closed and ends those that stay. */
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

// A pool's end() resolves before the server has let its connections go; a forced drop would reach them as an error that
// nobody listens for any more. Forced only when somebody really stays.
async function drop(name: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      await onServer(`drop database if exists ${name}`);
      return;
    } catch (error) {
      const inUse = error instanceof pg.DatabaseError && error.code === "55006";
      if (!inUse) throw error;
      await setTimeout(20);
    }
  }
  await onServer(`drop database if exists ${name} with (force)`);
}

/** Creates an empty database. Rejects with `TestingError` `not_started` when there is no server. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `mullion_test_${randomBytes(6).toString("hex")}`;
  const url = new URL(testDatabaseServerUrl());
  url.pathname = `/${name}`;
  await onServer(`create database ${name}`);
  return {
    connectionString: url.href,
    drop: () => drop(name),
  };
}
