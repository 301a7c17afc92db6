import type { Pool } from "@mullion/postgres";
import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";
import type { Logger } from "pino";
import type { CurrentProvider } from "../provider/current-provider.ts";
import {
  type ClaimedNotice,
  claimNotices,
  forgetNotice,
  nextDueMs,
  onQueued,
  postponeNotice,
  queueNotices,
  wakeDelivery,
} from "./logout-queue.ts";

/** Tells clients that a sign-in of theirs is over (OpenID Connect Back-Channel Logout 1.0). */
export interface LogoutDelivery {
  /** Resolves when whatever was queued before was tried once. Who could not be told is tried again later. */
  deliver(): Promise<void>;
  /** Stops; what is still queued is for other instances, or for the next start. */
  close(): Promise<void>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Pauses between attempts, for a day in all. */
const defaultRetriesMs = [
  ...[1_000, 5_000, 30_000, 2 * minuteMs, 10 * minuteMs, 30 * minuteMs],
  ...Array.from({ length: 23 }, () => hourMs),
];
/** Longer than the 2.5 seconds that the library gives a client to answer. */
const claimSeconds = 10;
const atOnce = 20;
/** How often to look for notices whose claim has run out with an instance. */
const lookMs = 5_000;

/** The library's client, with its own way of sending a logout token. */
interface LogoutAwareClient {
  sendLogoutToken(userId: string, sid: string): Promise<void>;
}

function hearsOfLogouts(client: Client): client is Client & LogoutAwareClient {
  return client.backchannelLogoutUri !== undefined && typeof client["sendLogoutToken"] === "function";
}

/** Lets the library's page for signing out queue its logout tokens like everybody else. */
export function queueLogoutsOf(provider: Provider, pool: Pool): void {
  const client = provider.Client.prototype;
  Object.assign(client, {
    sendLogoutToken: client["backchannelLogout"],
    async backchannelLogout(this: Client, userId: string, sid: string) {
      await queueNotices(pool, [{ clientId: this.clientId, userId, sid }]);
      wakeDelivery(pool);
    },
  });
}

/** True when trying again cannot help: the client has read the token and does not take it. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !("response" in error)) return false;
  return error.response instanceof Response && error.response.status === 400;
}

/** What delivery works with. */
interface DeliveryOptions {
  current: CurrentProvider;
  pool: Pool;
  logger: Logger;
  /** Pauses between attempts; a day in all when not given. */
  retriesMs?: readonly number[] | undefined;
}

/** Sends one notice; forgets it when its client was told or refuses, and puts it off otherwise. */
async function tell(
  { current, pool, logger, retriesMs = defaultRetriesMs }: DeliveryOptions,
  notice: ClaimedNotice,
): Promise<void> {
  const { id, clientId, userId, sid, attempts } = notice;
  try {
    const client = await current.get().Client.find(clientId);
    if (client !== undefined && hearsOfLogouts(client)) await client.sendLogoutToken(userId, sid);
    await forgetNotice(pool, id);
  } catch (error) {
    const delayMs = isRefusal(error) ? undefined : retriesMs[attempts];
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn(
      { clientId, attempt: attempts, reason, again: delayMs !== undefined },
      "a client could not be told of a logout",
    );
    await (delayMs === undefined ? forgetNotice(pool, id) : postponeNotice(pool, id, delayMs));
  }
}

/** Delivers what is in the queue, also what other instances left. Each attempt sends a new token. */
export function createLogoutDelivery(options: DeliveryOptions): LogoutDelivery {
  const { pool, logger } = options;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let running = Promise.resolve();
  let next: Promise<void> | undefined;

  async function drain(): Promise<void> {
    let claimed: ClaimedNotice[] = [];
    do {
      claimed = await claimNotices(pool, { limit: atOnce, claimSeconds });
      await Promise.all(claimed.map((notice) => tell(options, notice)));
    } while (claimed.length === atOnce && !closed);
  }

  function lookIn(delayMs: number): void {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(() => {
      void deliver();
    }, delayMs).unref();
  }

  async function run(): Promise<void> {
    if (closed) return;
    let dueMs: number | undefined = lookMs;
    try {
      await drain();
      dueMs = await nextDueMs(pool);
    } catch (error) {
      logger.warn({ err: error }, "the queue of logouts could not be read");
    }
    lookIn(Math.min(dueMs ?? lookMs, lookMs));
  }

  // One after the other: whoever asks waits for what is under way and for what it queued itself.
  function deliver(): Promise<void> {
    next ??= running.then(() => {
      next = undefined;
      return run();
    });
    running = next;
    return next;
  }

  onQueued(pool, () => void deliver());
  void deliver();
  return {
    deliver,
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
