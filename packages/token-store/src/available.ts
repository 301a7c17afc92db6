import type { ChainableCommander } from "ioredis";
import { TokenStoreError } from "./errors.ts";

/** A command that was not answered by then has failed. */
const answerWithinMs = 500;

/**
 * Rejects what is not answered in time. Not ioredis' own timeout: when the process itself was held up, timers run before
 * what has arrived meanwhile is read, and every command under way would have failed with its answer at hand.
 */
async function withinTime<T>(operation: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(reject, new Error(`no answer within ${answerWithinMs} ms`));
    }, answerWithinMs);
    operation.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

/**
 * Awaits a command of Redis, half a second at most.
 * @throws {TokenStoreError} `store_unavailable` whatever the client's error was.
 */
export async function available<T>(operation: Promise<T>): Promise<T> {
  try {
    return await withinTime(operation);
  } catch (cause) {
    throw new TokenStoreError("store_unavailable", "The session store does not answer.", { cause });
  }
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
