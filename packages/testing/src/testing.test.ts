import { once } from "node:events";
import { connect } from "node:net";
import pg from "pg";
import { expect, it, onTestFinished, vi } from "vitest";
import { createTestDatabase } from "./database.ts";
import { testRedisUrl } from "./environment.ts";
import { createTestLink } from "./link.ts";

async function query(connectionString: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

it("gives each test file an empty database of its own and leaves none behind", async () => {
  const one = await createTestDatabase();
  const other = await createTestDatabase();
  onTestFinished(() => other.drop());
  await query(one.connectionString, "create table notes ()");
  expect(await query(other.connectionString, "select to_regclass('notes') as found")).toEqual([
    { found: null },
  ]);
  await one.drop();
  await expect(query(one.connectionString, "select 1")).rejects.toThrow("does not exist");
});

it("a link that is cut ends connections and refuses new ones until it is restored", async () => {
  const database = await createTestDatabase();
  const link = await createTestLink(database.connectionString);
  onTestFinished(async () => {
    await link.close();
    await database.drop();
  });
  const { port } = new URL(link.url);
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  const closed = once(socket, "close");
  await link.cut();
  await closed;
  await expect(query(link.url, "select 1")).rejects.toThrow("ECONNREFUSED");
  await link.restore();
  expect(await query(link.url, "select 1 as one")).toEqual([{ one: 1 }]);
});

it("says how to start the servers when they were not", () => {
  vi.stubEnv("MULLION_TEST_REDIS_URL", "");
  expect(() => testRedisUrl()).toThrow("run `npm test` or `pnpm vitest`");
});
