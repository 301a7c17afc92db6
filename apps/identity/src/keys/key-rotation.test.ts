import { fileURLToPath } from "node:url";
import { createPool, type Pool, runMigrations } from "@mullion/postgres";
import { createTestDatabase, type TestDatabase } from "@mullion/testing";
import { createKeyRing } from "@mullion/token-store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  dropKey,
  type KeyWork,
  keyPolicy,
  maintainKeys,
  rotateKeys,
  stageAlgorithm,
} from "./key-rotation.ts";
import { readKeys, type StoredKey } from "./key-store.ts";
import { loadSigningKeys } from "./signing-keys.ts";

const entry = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString("base64")}`;

describe("the life of a key", () => {
  let database: TestDatabase;
  let pool: Pool;
  let work: KeyWork;

  beforeAll(async () => {
    database = await createTestDatabase();
    const dir = fileURLToPath(new URL("../../migrations", import.meta.url));
    await runMigrations({ connectionString: database.connectionString, dir });
    pool = createPool({ connectionString: database.connectionString });
    work = { pool, ring: createKeyRing(entry("a", 1)), policy: keyPolicy(30) };
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });
  beforeEach(async () => {
    await pool.query("delete from signing_keys");
    await maintainKeys(work);
  });

  /** Kids by stage. */
  async function kids(alg: StoredKey["alg"] = "ES256"): Promise<Record<StoredKey["status"], string[]>> {
    const keys = (await readKeys(pool)).filter((key) => key.alg === alg);
    const of = (status: StoredKey["status"]): string[] =>
      keys.flatMap((key) => (key.status === status ? [key.kid] : []));
    return { next: of("next"), current: of("current"), previous: of("previous") };
  }

  /** Lets all keys have reached their present stage so long ago. */
  async function pass(interval: string): Promise<void> {
    await pool.query(
      `update signing_keys set created_at = created_at - $1::interval,
         current_since = current_since - $1::interval, retires_at = retires_at - $1::interval`,
      [interval],
    );
  }

  it("S3.8 the key to come is published from the start, and takes over after a month with another behind it", async () => {
    const before = await kids();
    expect(before).toMatchObject({ next: [expect.anything()], current: [expect.anything()], previous: [] });
    await pass("29 days");
    await maintainKeys(work);
    expect(await kids()).toEqual(before);

    await pass("2 days");
    await maintainKeys(work);
    const after = await kids();
    expect(after.current).toEqual(before.next);
    expect(after.previous).toEqual(before.current);
    expect(after.next).not.toEqual(before.next);
  });

  it("S3.8 of instances that look at the same time, one rotates", async () => {
    await pass("31 days");
    const before = await kids();
    await Promise.all(Array.from({ length: 4 }, () => maintainKeys(work)));
    const after = await kids();
    expect([after.current, after.previous]).toEqual([before.next, before.current]);
  });

  it("S3.8 a key does not sign before verifiers that keep the key set for a quarter of an hour know it", async () => {
    const before = await kids();
    await pass("14 minutes");
    await expect(rotateKeys(work, undefined, {})).rejects.toMatchObject({
      code: "key_too_fresh",
      headers: { "retry-after": expect.stringMatching(/^1[12]\d$/) as string },
    });
    await pool.query(
      "update signing_keys set current_since = now() - interval '31 days' where status = 'current'",
    );
    await maintainKeys(work);
    expect(await kids()).toEqual(before);
    await pass("2 minutes");
    await rotateKeys(work, undefined, {});
    expect((await kids()).current).toEqual(before.next);
  });

  it("a key that no longer signs stays published for longer than a session lasts, and is then removed", async () => {
    await pass("1 hour");
    const { current } = await kids();
    await rotateKeys(work, undefined, {});
    await pass("14 days");
    await maintainKeys(work);
    expect((await kids()).previous).toContain(current[0]);
    await pass("1 day");
    await maintainKeys(work);
    expect((await kids()).previous).not.toContain(current[0]);
  });

  it("one algorithm can be rotated alone", async () => {
    await stageAlgorithm(work, "EdDSA");
    await pass("1 hour");
    const before = { ES256: await kids("ES256"), EdDSA: await kids("EdDSA") };
    await rotateKeys(work, "EdDSA", {});
    expect(await kids("ES256")).toEqual(before.ES256);
    expect((await kids("EdDSA")).current).toEqual(before.EdDSA.next);
  });

  it.each(["current", "next", "previous"] as const)(
    "a %s key that others know is gone at once, and a key signs and one is to come all the same",
    async (status) => {
      await pass("1 hour");
      await rotateKeys(work, undefined, {});
      const before = await kids();
      const [dropped = ""] = before[status];
      await dropKey(work, dropped, {});
      const after = await kids();
      expect([...after.current, ...after.next, ...after.previous]).not.toContain(dropped);
      expect(after.current).toEqual(status === "current" ? before.next : before.current);
      expect(after.next).toHaveLength(1);
    },
  );

  it("makes no key of an algorithm that no client uses, and one as soon as a client does", async () => {
    expect(await kids("RS256")).toEqual({ next: [], current: [], previous: [] });
    await pool.query(
      `insert into clients (client_id, source, registration) values ('rs', 'api', '{"idTokenSignedResponseAlg": "RS256"}')`,
    );
    await maintainKeys(work);
    expect(await kids("RS256")).toMatchObject({ next: [expect.anything()], current: [expect.anything()] });
    await pool.query("delete from clients");
  });

  it("seals every key anew with the newest key of the ring, so that the one before can leave it", async () => {
    const before = await kids();
    await maintainKeys({ ...work, ring: createKeyRing(`${entry("b", 2)},${entry("a", 1)}`) });
    const { current } = await loadSigningKeys(pool, createKeyRing(entry("b", 2)));
    expect(current.privateJwks.map(({ kid }) => kid)).toEqual([...before.current, ...before.next]);
  });

  it("the audit log knows of every rotation and every dropped key", async () => {
    await pass("1 hour");
    const [first = ""] = (await kids()).next;
    await rotateKeys(work, undefined, { userId: "somebody" });
    await dropKey(work, first, { userId: "somebody else" });
    const { rows } = await pool.query(
      "select action, user_id, details from audit_log where details ->> 'kid' = $1 order by id",
      [first],
    );
    expect(rows).toEqual([
      { action: "key.rotate", user_id: "somebody", details: { alg: "ES256", kid: first } },
      {
        action: "key.drop",
        user_id: "somebody else",
        details: { alg: "ES256", kid: first, status: "current" },
      },
    ]);
  });
});
