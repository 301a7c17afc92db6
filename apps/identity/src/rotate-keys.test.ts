import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createPool, type Pool, runMigrations } from "@mullion/postgres";
import { createTestDatabase, type TestDatabase } from "@mullion/testing";
import { createKeyRing } from "@mullion/token-store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyPolicy, maintainKeys } from "./keys/key-rotation.ts";
import { readKeys } from "./keys/key-store.ts";

const ring = `k1:${randomBytes(32).toString("base64")}`;

describe("node src/rotate-keys.ts", () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    const dir = fileURLToPath(new URL("../migrations", import.meta.url));
    await runMigrations({ connectionString: database.connectionString, dir });
    pool = createPool({ connectionString: database.connectionString });
    await maintainKeys({ pool, ring: createKeyRing(ring), policy: keyPolicy(30) });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  function run(...args: string[]): Promise<{ code: number; output: string }> {
    const file = fileURLToPath(new URL("./rotate-keys.ts", import.meta.url));
    const env = { DATABASE_URL: database.connectionString, KEY_ENCRYPTION_KEYS: ring };
    return new Promise((resolve) => {
      execFile(process.execPath, [file, ...args], { env }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr });
      });
    });
  }

  it("rotates when every verifier knows the next key, and says how long to wait until then", async () => {
    const [current, next] = await readKeys(pool);
    const early = await run();
    expect(early.code).toBe(1);
    expect(early.output).toMatch(/key_too_fresh.*Try again in 9\d\d seconds/);

    await pool.query("update signing_keys set created_at = created_at - interval '1 hour'");
    expect((await run("--alg", "ES256")).code).toBe(0);
    const rotated = await readKeys(pool);
    expect(rotated.map(({ kid, status }) => [kid, status])).toEqual([
      [next?.kid, "current"],
      [expect.not.stringMatching(next?.kid ?? ""), "next"],
      [current?.kid, "previous"],
    ]);
  });

  it("drops a key that others know, and no key that does not exist", async () => {
    const [current] = await readKeys(pool);
    const dropped = await run("--drop", current?.kid ?? "");
    expect(dropped.code).toBe(0);
    // What it prints is safe to keep.
    expect(dropped.output).not.toMatch(/"d"|sealed/);
    expect((await readKeys(pool)).map(({ kid }) => kid)).not.toContain(current?.kid);
    expect(await run("--drop", "unknown")).toMatchObject({
      code: 1,
      output: expect.stringContaining("key_not_found") as string,
    });
  });
});
