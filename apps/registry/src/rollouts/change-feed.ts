import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import pg from "pg";

const reconnectMs = { first: 100, most: 2_000 };
const heartbeatMs = 10_000;

/** Hears of channel changes made by any instance of the registry. */
export interface ChangeFeed {
  /** Resolves while Postgres is being listened to, rejects otherwise: a check for `/readyz`. */
  check(): Promise<void>;
  /**
   * Resolves at the next change of the channel, or when one may have been missed, or when `signal` aborts, or at
   * `close`. Begin to wait before reading the state, or a change between the two goes unheard.
   */
  wait(channel: string, signal: AbortSignal): Promise<void>;
  /** True from `close` on. */
  readonly closed: boolean;
  /** Lets every waiter go, now and later. */
  close(): void;
}

/** Listens on one connection and resolves with why it was lost. */
async function listenUntilLost(
  client: pg.Client,
  onListening: () => void,
  onChange: (channel: string | undefined) => void,
): Promise<unknown> {
  const lost = Promise.withResolvers<never>();
  client.on("error", lost.reject);
  client.on("end", () => {
    lost.reject(new Error("the connection ended"));
  });
  client.on("notification", ({ payload }) => {
    onChange(payload);
  });
  // A peer that vanished without a word is noticed only by talking to it.
  const heartbeat = setInterval(() => {
    client.query("select 1").catch(lost.reject);
  }, heartbeatMs);
  try {
    await Promise.race([client.connect().then(() => client.query("listen mullion_channel")), lost.promise]);
    onListening();
    return await lost.promise;
  } catch (error) {
    return error;
  } finally {
    clearInterval(heartbeat);
    client.end().catch(() => undefined);
  }
}

/** Opens one connection that LISTENs, and keeps it open: after a loss it reconnects and wakes everybody to look again. */
export function createChangeFeed(connectionString: string, log: FastifyBaseLogger): ChangeFeed {
  const waiters = new Map<() => void, string>();
  const closing = new AbortController();
  let listening = false;
  let current: pg.Client | undefined;

  const closed = (): boolean => closing.signal.aborted;
  const wake = (channel?: string): void => {
    for (const [release, waitsFor] of waiters) if (channel === undefined || channel === waitsFor) release();
  };

  async function run(): Promise<void> {
    let delayMs = reconnectMs.first;
    while (!closed()) {
      current = new pg.Client({
        connectionString,
        keepAlive: true,
        connectionTimeoutMillis: 2_000,
        query_timeout: 5_000,
      });
      const onListening = (): void => {
        listening = true;
        delayMs = reconnectMs.first;
        wake();
      };
      const error = await listenUntilLost(current, onListening, wake);
      listening = false;
      wake();
      if (closed()) return;
      log.warn({ err: error, delayMs }, "not listening for channel changes, trying again");
      await sleep(delayMs, undefined, { signal: closing.signal }).catch(() => undefined);
      delayMs = Math.min(delayMs * 2, reconnectMs.most);
    }
  }

  void run();
  return {
    get closed() {
      return closed();
    },
    check: () => (listening ? Promise.resolve() : Promise.reject(new Error("not listening"))),
    async wait(channel, signal) {
      if (closed() || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const release = (): void => {
          waiters.delete(release);
          signal.removeEventListener("abort", release);
          resolve();
        };
        waiters.set(release, channel);
        signal.addEventListener("abort", release, { once: true });
      });
    },
    close() {
      closing.abort();
      wake();
      current?.end().catch(() => undefined);
    },
  };
}
