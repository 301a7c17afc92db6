import type { ChainableCommander } from "ioredis";
import { TokenStoreError } from "./errors.ts";

/** A command that was not answered by then has failed. */
const answerWithinMs = 500;
const lookEveryMs = 50;

/** A command under way. */
interface Waiting {
  readonly place: number;
  readonly dueAt: number;
  readonly giveUp: () => void;
}

// One timer looks after all commands: one for each would cost as much as the rest of a command. They sit in places that
// are used again, since tables and lists that grow and shrink leave copies behind which keep what was in them alive.
const places: (Waiting | null)[] = [];
const free: number[] = [];
let isWatched = false;

function watch(): void {
  isWatched = free.length < places.length;
  if (!isWatched) return;
  // Not ioredis' own timeout: when the process itself was held up, timers run before what has arrived meanwhile is read,
  // and every command under way would have failed with its answer at hand.
  setTimeout(setImmediate, lookEveryMs, endOverdue);
}

function enter(giveUp: () => void): Waiting {
  const place = free.pop() ?? places.length;
  const command = { place, dueAt: performance.now() + answerWithinMs, giveUp };
  places[place] = command;
  if (!isWatched) watch();
  return command;
}

/** Does nothing for one that was given up, whose place may be another's by now. */
function leave(command: Waiting): void {
  if (places[command.place] !== command) return;
  places[command.place] = null;
  free.push(command.place);
}

function endOverdue(): void {
  const now = performance.now();
  for (const command of places) {
    if (command === null || command.dueAt > now) continue;
    leave(command);
    command.giveUp();
  }
  watch();
}

function unavailable(cause: unknown): TokenStoreError {
  return new TokenStoreError("store_unavailable", "The session store does not answer.", { cause });
}

/**
 * Awaits a command of Redis, half a second at most.
 * @throws {TokenStoreError} `store_unavailable` whatever the client's error was.
 */
export function available<T>(operation: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const command = enter(() => {
      reject(unavailable(new Error(`no answer within ${answerWithinMs} ms`)));
    });
    operation.then(
      (value) => {
        leave(command);
        resolve(value);
      },
      (cause: unknown) => {
        leave(command);
        reject(unavailable(cause));
      },
    );
  });
}

/**
 * Carries out a transaction. Redis reports what failed inside of one as a result; here it is an error.
 * @throws {TokenStoreError} `store_unavailable`.
 */
export async function execute(transaction: ChainableCommander): Promise<unknown[]> {
  const results = await available(transaction.exec());
  const failed = results?.find(([error]) => error !== null)?.[0];
  if (results === null || failed) {
    throw new TokenStoreError("store_unavailable", "The session store refused a write.", { cause: failed });
  }
  return results.map(([, value]) => value);
}
