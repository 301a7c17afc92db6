import type { ChainableCommander } from "ioredis";
import { TokenStoreError } from "./errors.ts";

/**
 * Awaits a command of Redis.
 * @throws {TokenStoreError} `store_unavailable` whatever the client's error was.
 */
export async function available<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
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
