import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, createTestLink, type TestDatabase } from "@mullion/testing";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { checkPostgres, createPool, type Pool } from "./index.ts";
import { runMigrations } from "./migrations.ts";
import { inTransaction } from "./transaction.ts";
import { isUnavailable } from "./unavailable.ts";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ connectionString: database.connectionString });
  await pool.query("create table notes (text text not null)");
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function notes(): Promise<string[]> {
  const { rows } = await pool.query<{ text: string }>("select text from notes order by text");
  return rows.map(({ text }) => text);
}

describe("inTransaction", () => {
  it("keeps all or nothing, and gives the connection back either way", async () => {
    await inTransaction(pool, (client) => client.query("insert into notes values ('kept')"));
    const failure = new Error("changed my mind");
    const failing = inTransaction(pool, async (client) => {
      await client.query("insert into notes values ('lost')");
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    expect(await notes()).toEqual(["kept"]);
    expect(pool.idleCount).toBe(pool.totalCount);
  });

  it("does not give a connection back that broke on the way", async () => {
    const link = await createTestLink(database.connectionString);
    const linked = createPool({ connectionString: link.url });
    onTestFinished(async () => {
      await linked.end();
      await link.close();
    });
    const broken = inTransaction(linked, async (client) => {
      await link.cut();
      await client.query("select 1");
    });
    await expect(broken).rejects.toSatisfy(isUnavailable);
    await expect(checkPostgres(linked)).rejects.toSatisfy(isUnavailable);
    await link.restore();
    await expect(checkPostgres(linked)).resolves.toBeUndefined();
  });
});

describe("isUnavailable", () => {
  it("is not said of an error in the statement", async () => {
    await expect(pool.query("select * from nowhere")).rejects.not.toSatisfy(isUnavailable);
    await expect(pool.query("insert into notes values (null)")).rejects.not.toSatisfy(isUnavailable);
  });

  it("is said of a server that ends the connection", async () => {
    const client = await pool.connect();
    client.on("error", () => undefined);
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    // Watched before it can fail: its end may be heard before that of the statement which ends it.
    const refused = expect(client.query("select pg_sleep(30)")).rejects.toSatisfy(isUnavailable);
    await pool.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
    await refused;
    client.release(true);
  });
});

describe("runMigrations", () => {
  it("applies each file once, also when several processes start together", async () => {
    const dir = await mkdtemp(join(tmpdir(), "migrations-"));
    onTestFinished(() => rm(dir, { recursive: true }));
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, "0001_first.sql"), "-- Up Migration\ncreate table first ();\n");
    const options = { connectionString: database.connectionString, dir };
    const all = await Promise.all([runMigrations(options), runMigrations(options), runMigrations(options)]);
    expect(all.flat()).toEqual(["0001_first"]);

    await writeFile(join(dir, "0002_second.sql"), "-- Up Migration\ncreate table second ();\n");
    expect(await runMigrations(options)).toEqual(["0002_second"]);
    expect(await runMigrations(options)).toEqual([]);
  });

  it("leaves nothing behind when one of them fails", async () => {
    const { connectionString, drop } = await createTestDatabase();
    const dir = await mkdtemp(join(tmpdir(), "migrations-"));
    onTestFinished(async () => {
      await drop();
      await rm(dir, { recursive: true });
    });
    await writeFile(join(dir, "0001_good.sql"), "-- Up Migration\ncreate table good ();\n");
    await writeFile(join(dir, "0002_bad.sql"), "-- Up Migration\ncreate tabel bad ();\n");
    await expect(runMigrations({ connectionString, dir })).rejects.toThrow("syntax error");
    await writeFile(join(dir, "0002_bad.sql"), "-- Up Migration\ncreate table bad ();\n");
    expect(await runMigrations({ connectionString, dir })).toEqual(["0001_good", "0002_bad"]);
  });
});
