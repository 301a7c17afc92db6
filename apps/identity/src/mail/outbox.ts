import { randomUUID } from "node:crypto";
import type { Pool } from "@mullion/postgres";
import type { KeyRing } from "@mullion/token-store";
import type { Logger } from "pino";
import type { Mail, Mailer } from "./mailer.ts";
import { type Deliver, isRefusedForGood } from "./smtp.ts";

/** What the outbox needs. */
export interface OutboxOptions {
  pool: Pool;
  keyRing: KeyRing;
  deliver: Deliver;
  logger: Logger;
  /** Pauses before each further attempt; the last one repeats. */
  retriesMs?: readonly number[];
  /** How long to try. */
  giveUpAfterMs?: number;
  /** How often to look for what is due. */
  pollMs?: number;
}

/** A mailer that keeps mail in Postgres until it is delivered. */
export interface Outbox extends Mailer {
  /** Stops delivering; resolves when what is under way has ended. The rest is delivered after the next start. */
  close(): Promise<void>;
}

interface Row {
  id: string;
  sealed: string;
  attempts: number;
  created_at: Date;
}

const defaultRetriesMs = [5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000];
const dayMs = 24 * 60 * 60_000;
const batchSize = 8;
const contextOf = (id: string): string => `mail:${id}`;

// Taken for as long as an attempt can last: an instance that dies meanwhile leaves the mail to another.
const claim = `update mail_outbox set attempts = attempts + 1, next_attempt_at = now() + interval '2 minutes'
  where id in (select id from mail_outbox where given_up_at is null and next_attempt_at <= now()
    order by next_attempt_at limit ${String(batchSize)} for update skip locked)
  returning id, sealed, attempts, created_at`;

/** Delivers one claimed mail, and notes how that went. */
function createAttempt(options: OutboxOptions): (row: Row) => Promise<void> {
  const { pool, keyRing, deliver, logger, retriesMs = defaultRetriesMs, giveUpAfterMs = dayMs } = options;

  // Neither the address nor anything of the content is logged.
  async function failed(row: Row, error: unknown): Promise<void> {
    const { id, attempts } = row;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const pauseMs = retriesMs[Math.min(attempts, retriesMs.length) - 1] ?? dayMs;
    const over = Date.now() + pauseMs > row.created_at.getTime() + giveUpAfterMs;
    if (over || isRefusedForGood(error)) {
      await pool.query("update mail_outbox set sealed = null, given_up_at = now() where id = $1", [id]);
      logger.error({ mail: id, attempts, code }, "a mail could not be delivered and was given up");
      return;
    }
    await pool.query(
      "update mail_outbox set next_attempt_at = now() + $2 * interval '1 millisecond' where id = $1",
      [id, pauseMs],
    );
    logger.warn({ mail: id, attempts, code, pauseMs }, "a mail could not be delivered yet");
  }

  return async (row) => {
    try {
      const mail = JSON.parse(keyRing.open(row.sealed, contextOf(row.id))) as Mail;
      if (mail.decoy !== true) await deliver({ ...mail, id: row.id });
    } catch (error) {
      await failed(row, error);
      return;
    }
    await pool.query("delete from mail_outbox where id = $1", [row.id]);
  };
}

/**
 * Keeps mail sealed in Postgres and delivers it in the background, again and again if need be. Any number of instances
 * share the work. A mail is delivered at least once: twice when an instance dies between the delivery and its note.
 */
export function createOutbox(options: OutboxOptions): Outbox {
  const { pool, keyRing, logger, pollMs = 1_000 } = options;
  const attempt = createAttempt(options);
  let working: Promise<void> | undefined;
  let again = false;
  let closed = false;

  async function deliverDue(): Promise<void> {
    try {
      do {
        again = false;
        const { rows } = await pool.query<Row>(claim);
        await Promise.all(rows.map(attempt));
        if (rows.length === batchSize) again = true;
      } while (again && !closed);
    } catch (error) {
      logger.warn({ err: error }, "the outbox could not be read; mail is kept and delivered later");
    }
  }

  function wake(): void {
    if (closed) return;
    again = true;
    working ??= deliverDue().finally(() => {
      working = undefined;
    });
  }

  const timer = setInterval(wake, pollMs).unref();
  return {
    async send(mail, within) {
      const id = randomUUID();
      const sealed = keyRing.seal(JSON.stringify(mail), contextOf(id));
      await (within ?? pool).query("insert into mail_outbox (id, sealed) values ($1, $2)", [id, sealed]);
      // Inside a transaction there is nothing to see yet: the next look finds it.
      if (within === undefined) wake();
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await working;
    },
  };
}
