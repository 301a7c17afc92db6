import type { Pool, PoolClient } from "@mullion/postgres";
import type { Logger } from "pino";

/** Hears what other instances change in Postgres. */
export interface ChangeFeed {
  /** False while a change may be missed: what is kept in memory is not to be relied on then. */
  readonly live: boolean;
  /** Resolves when the feed is live. Rejects when Postgres does not answer now. */
  start(): Promise<void>;
  close(): void;
}

/** What is done with changes. One call at a time, in the order in which the changes were committed. */
export interface ChangeListener {
  /** The line is new: anything may have changed. */
  catchUp(): Promise<void>;
  /** One change, by what the trigger says of it. */
  apply(change: string): Promise<void>;
}

/** Pauses of a feed, in milliseconds. */
export interface ChangeFeedPauses {
  /** Before the line is opened again. */
  retryMs: number;
  /** Between two questions whether the line still stands, and for how long one may stay unanswered. */
  checkMs: number;
}

const channel = "identity_changed";
const defaultPauses: ChangeFeedPauses = { retryMs: 250, checkMs: 2_000 };

/** Rejects when the connection does not answer in time: one cut without a word would stay open for minutes. */
async function checkLine(line: PoolClient, withinMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error("the line for changes does not answer"));
    }, withinMs);
  });
  try {
    await Promise.race([line.query("select 1"), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A feed on a connection of its own (`LISTEN`), opened again whenever it is lost. */
export function createChangeFeed(
  pool: Pool,
  listener: ChangeListener,
  logger: Logger,
  { retryMs, checkMs }: ChangeFeedPauses = defaultPauses,
): ChangeFeed {
  let line: PoolClient | undefined;
  let live = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let work: Promise<unknown> = Promise.resolve();

  function drop(lost: PoolClient, error?: unknown): void {
    if (line !== lost) return;
    line = undefined;
    live = false;
    clearTimeout(timer);
    lost.release(true);
    if (closed) return;
    logger.warn({ err: error }, "changes of other instances are not heard for the moment");
    timer = setTimeout(reopen, retryMs).unref();
  }

  /** Tells whether the task was done. */
  function inOrder(owner: PoolClient, task: () => Promise<void>): Promise<boolean> {
    const done = work.then(async () => {
      if (line !== owner) return false;
      try {
        await task();
        return true;
      } catch (error) {
        // What was not taken over would stay wrong: the line is dropped, and all is read again with the next.
        drop(owner, error);
        return false;
      }
    });
    work = done;
    return done;
  }

  function check(owner: PoolClient): void {
    timer = setTimeout(() => {
      checkLine(owner, checkMs).then(
        () => {
          if (line === owner) check(owner);
        },
        (error: unknown) => {
          drop(owner, error);
        },
      );
    }, checkMs).unref();
  }

  async function open(): Promise<void> {
    const opened = await pool.connect();
    if (closed) {
      opened.release(true);
      throw new Error("the feed is closed");
    }
    line = opened;
    const onLost = (error?: Error): void => {
      drop(opened, error);
    };
    opened.on("error", onLost);
    opened.on("end", onLost);
    opened.on("notification", ({ payload = "" }) => void inOrder(opened, () => listener.apply(payload)));
    try {
      await opened.query(`listen ${channel}`);
    } catch (error) {
      drop(opened, error);
      throw error;
    }
    if (!(await inOrder(opened, () => listener.catchUp()))) {
      throw new Error("what changed meanwhile could not be read");
    }
    live = line === opened;
    if (live) check(opened);
  }

  function reopen(): void {
    if (closed) return;
    open().catch((error: unknown) => {
      logger.debug({ err: error }, "the line for changes could not be opened");
      // A line that was opened and lost has set its own timer.
      clearTimeout(timer);
      if (!closed) timer = setTimeout(reopen, retryMs).unref();
    });
  }

  return {
    get live() {
      return live;
    },
    start: open,
    close() {
      closed = true;
      clearTimeout(timer);
      if (line !== undefined) drop(line);
    },
  };
}
