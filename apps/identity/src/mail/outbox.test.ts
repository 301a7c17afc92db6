import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createLogger } from "@mullion/http-service";
import { createPool, inTransaction, type Pool, runMigrations } from "@mullion/postgres";
import { createTestDatabase, type TestDatabase } from "@mullion/testing";
import { createKeyRing } from "@mullion/token-store";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Mailbox, startMailbox } from "../../test/mailbox.ts";
import type { Mail } from "./mailer.ts";
import { createOutbox, type Outbox, type OutboxOptions } from "./outbox.ts";
import { createSmtp } from "./smtp.ts";

const keyRing = createKeyRing(`k1:${Buffer.alloc(32, 3).toString("base64")}`);
const to = "someone@mullion.test";
const mail: Mail = {
  to,
  subject: "Grüße",
  text: "Confirm: https://id.example/verify?token=canary-token",
  html: '<p>Grüße. <a href="https://id.example/verify?token=canary-token">Confirm</a></p>',
};

describe("the outbox", () => {
  let database: TestDatabase;
  let pool: Pool;
  let mailbox: Mailbox;
  let lines: string[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    const dir = fileURLToPath(new URL("../../migrations", import.meta.url));
    await runMigrations({ connectionString: database.connectionString, dir });
    pool = createPool({ connectionString: database.connectionString });
  });
  beforeEach(async () => {
    lines = [];
    mailbox = await startMailbox();
  });
  afterEach(async () => {
    await mailbox.close();
    await pool.query("truncate mail_outbox");
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  function open(options: Partial<OutboxOptions> = {}): Outbox {
    const smtp = createSmtp({ url: mailbox.url, from: "Mullion <no-reply@mullion.test>" });
    // What the outbox of one test says while it closes is not the next one's.
    const own = lines;
    const destination = new Writable({
      write(chunk, _encoding, done) {
        own.push(String(chunk));
        done();
      },
    });
    const logger = createLogger({ name: "outbox-test", destination });
    const timing = { retriesMs: [10], pollMs: 20 };
    const outbox = createOutbox({ pool, keyRing, deliver: smtp.deliver, logger, ...timing, ...options });
    onTestFinished(async () => {
      await outbox.close();
      smtp.close();
    });
    return outbox;
  }

  async function stored(): Promise<{ sealed: string | null; attempts: number }[]> {
    const { rows } = await pool.query<{ sealed: string | null; attempts: number }>(
      "select * from mail_outbox",
    );
    return rows;
  }

  const logged = (text: string): Promise<void> =>
    vi.waitFor(() => {
      expect(lines.join("")).toContain(text);
    });

  it("delivers a mail as it was written, text and HTML, and keeps nothing of it", async () => {
    await open().send(mail);
    expect(await mailbox.next(to)).toMatchObject({ subject: "Grüße", html: mail.html, text: mail.text });
    await vi.waitFor(async () => {
      expect(await stored()).toEqual([]);
    });
  });

  it("a copy of the database shows neither who a mail is for nor what it says", async () => {
    await open({ deliver: () => Promise.reject(new Error("away")) }).send(mail);
    const [row] = await stored();
    expect(row?.sealed).toMatch(/^k1\./);
    const { rows } = await pool.query<{ all: string }>("select to_jsonb(m)::text as all from mail_outbox m");
    expect(JSON.stringify(rows)).not.toMatch(/someone|canary|Grüße/);
  });

  it("is done when the mail is kept, whatever the mail server does; tries until it takes the mail", async () => {
    mailbox.refuse(451, 3);
    await open().send(mail);
    const { messageId } = await mailbox.next(to);
    expect(messageId).toMatch(/^<[\w-]{36}@mullion\.test>$/);
    expect(lines.filter((line) => line.includes("could not be delivered yet"))).toHaveLength(3);
  });

  it("keeps a mail only if its transaction is kept", async () => {
    const outbox = open();
    const other = { ...mail, to: "other@mullion.test" };
    const failing = inTransaction(pool, async (client) => {
      await outbox.send(mail, client);
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    await inTransaction(pool, (client) => outbox.send(other, client));
    await mailbox.next(other.to);
    // The server has a mail a moment before the outbox hears that it has.
    await vi.waitFor(async () => {
      expect(await stored()).toEqual([]);
    }, 10_000);
    expect(mailbox.all).toEqual([]);
  });

  it("several instances share the work: each mail is delivered once", async () => {
    const outboxes = [open(), open(), open()];
    const addresses = Array.from({ length: 60 }, (_, n) => `n${String(n)}@mullion.test`);
    await Promise.all(addresses.map(async (address, n) => outboxes[n % 3]?.send({ ...mail, to: address })));
    await vi.waitFor(async () => {
      expect(await stored()).toEqual([]);
    }, 10_000);
    expect(mailbox.all.map((received) => received.to).toSorted()).toEqual(addresses.toSorted());
  });

  it("delivers what an instance left behind that died in the middle", async () => {
    const hanging = Promise.withResolvers<undefined>();
    await open({ deliver: async () => hanging.promise }).send(mail);
    await vi.waitFor(async () => {
      expect(await stored()).toMatchObject([{ attempts: 1 }]);
    });
    open();
    await pool.query("update mail_outbox set next_attempt_at = now()");
    await mailbox.next(to);
    hanging.resolve(undefined);
  });

  it.each([
    ["after a day of failures", 451, { giveUpAfterMs: 0 }],
    ["at once where the mailbox does not exist", 550, {}],
  ])("gives up %s: the content goes, the log tells without it", async (_when, status, options) => {
    mailbox.refuse(status, 1);
    await open(options).send(mail);
    await logged("given up");
    expect(await stored()).toMatchObject([{ sealed: null, attempts: 1 }]);
    expect(lines.join("")).not.toMatch(/someone|canary|Grüße/);
  });

  it("drops a decoy in place of delivering it", async () => {
    const outbox = open();
    await outbox.send({ ...mail, decoy: true });
    await outbox.send({ ...mail, to: "other@mullion.test" });
    await mailbox.next("other@mullion.test");
    await vi.waitFor(async () => {
      expect(await stored()).toEqual([]);
    });
    expect(mailbox.all).toEqual([]);
  });

  it("takes whatever the address holds as one address, and no line break into a header", async () => {
    const outbox = open();
    await outbox.send({ ...mail, to: "a@mullion.test", subject: "x\r\nBcc: victim@mullion.test" });
    await mailbox.next("a@mullion.test");
    await outbox.send({ ...mail, to: "b@mullion.test, c@mullion.test" });
    await vi.waitFor(() => {
      expect(mailbox.all.length + lines.length).toBeGreaterThan(0);
    });
    expect(mailbox.all.map((received) => received.to)).not.toContain("victim@mullion.test");
    expect(mailbox.all.map((received) => received.to)).not.toContain("c@mullion.test");
  });
});
