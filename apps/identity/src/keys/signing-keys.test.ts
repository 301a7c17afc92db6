import { fileURLToPath } from "node:url";
import { createPool, type Pool, runMigrations } from "@mullion/postgres";
import { createTestDatabase, type TestDatabase } from "@mullion/testing";
import { createKeyRing } from "@mullion/token-store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSigningKeys } from "./signing-keys.ts";

const entry = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString("base64")}`;

describe("signing keys", () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await createTestDatabase();
    const dir = fileURLToPath(new URL("../../migrations", import.meta.url));
    await runMigrations({ connectionString: database.connectionString, dir });
    pool = createPool({ connectionString: database.connectionString });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it("instances that start together on an empty database end up with one and the same key", async () => {
    const ring = createKeyRing(entry("a", 1));
    const loaded = await Promise.all(Array.from({ length: 4 }, () => loadSigningKeys(pool, ring)));
    const kids = loaded.flatMap(({ current }) => current.privateJwks.map(({ kid }) => kid));
    expect(kids.length).toBe(4);
    expect(new Set(kids).size).toBe(1);
  });

  it("publishes the public half and stores the private one sealed", async () => {
    const { publicJwks } = (await loadSigningKeys(pool, createKeyRing(entry("a", 1)))).current;
    expect(publicJwks).toEqual([expect.not.objectContaining({ d: expect.anything() as unknown })]);
    const { rows } = await pool.query<{ row: string }>("select k::text as row from signing_keys k");
    expect(rows[0]?.row).not.toContain('"d"');
  });

  it("opens with a ring that has a newer key in front, and not without the old one", async () => {
    await expect(
      loadSigningKeys(pool, createKeyRing(`${entry("b", 2)},${entry("a", 1)}`)),
    ).resolves.toBeDefined();
    await expect(loadSigningKeys(pool, createKeyRing(entry("b", 2)))).rejects.toMatchObject({
      code: "record_unreadable",
    });
  });
});
