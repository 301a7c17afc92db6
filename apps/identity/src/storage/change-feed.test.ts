import { randomUUID } from "node:crypto";
import { createLogger } from "@mullion/http-service";
import { createPool, type Pool } from "@mullion/postgres";
import { createTestDatabase, type TestDatabase } from "@mullion/testing";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createLine } from "../../test/cuttable-line.ts";
import { type ChangeFeed, createChangeFeed } from "./change-feed.ts";

const logger = createLogger({ name: "feed-test", level: "silent" });

describe("changes of other instances", () => {
  let database: TestDatabase;
  let pool: Pool;
  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createPool({ connectionString: database.connectionString });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const notify = (change: string): Promise<unknown> =>
    pool.query("select pg_notify('identity_changed', $1)", [change]);

  interface Heard {
    feed: ChangeFeed;
    /** `*` for each catching up. */
    changes: string[];
    cut(): Promise<void>;
    mend(): Promise<void>;
  }

  async function listen(apply: (change: string) => Promise<void> = async () => {}): Promise<Heard> {
    const line = await createLine(5432);
    const own = createPool({ connectionString: line.through(database.connectionString) });
    const changes: string[] = [];
    const feed = createChangeFeed(
      own,
      {
        async catchUp() {
          changes.push("*");
        },
        async apply(change) {
          changes.push(change);
          await apply(change);
        },
      },
      logger,
      { retryMs: 20, checkMs: 100 },
    );
    await feed.start();
    onTestFinished(async () => {
      feed.close();
      await own.end();
      await line.cut();
    });
    return { feed, changes, cut: line.cut, mend: line.mend };
  }

  it("are heard as they are committed, in their order", async () => {
    const { feed, changes } = await listen();
    expect(feed.live).toBe(true);
    for (const change of ["a", "b", "c"]) await notify(change);
    await expect.poll(() => changes).toEqual(["*", "a", "b", "c"]);
  });

  it("memory is not relied on while the line is cut, and is read anew when it stands again", async () => {
    const { feed, changes, cut, mend } = await listen();
    await cut();
    await expect.poll(() => feed.live).toBe(false);
    await notify("missed");
    await mend();
    await expect.poll(() => feed.live).toBe(true);
    expect(changes).toEqual(["*", "*"]);
    await notify("later");
    await expect.poll(() => changes).toEqual(["*", "*", "later"]);
  });

  it("a connection that the server ends is noticed and replaced", async () => {
    const { feed, changes } = await listen();
    await pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    await expect.poll(() => changes.length).toBe(2);
    await expect.poll(() => feed.live).toBe(true);
  });

  it("a change that could not be taken over is not forgotten: everything is read anew", async () => {
    const failing = randomUUID();
    const { feed, changes } = await listen(async (change) => {
      if (change === failing) throw new Error("Postgres is gone just now");
    });
    await notify(failing);
    await expect.poll(() => changes).toEqual(["*", failing, "*"]);
    await expect.poll(() => feed.live).toBe(true);
  });
});
