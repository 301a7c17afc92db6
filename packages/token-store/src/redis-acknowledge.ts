import { Cluster } from "ioredis";
import { TokenStoreError } from "./errors.ts";
import type { RedisClient } from "./redis.ts";

/** What to wait for. */
export interface Acknowledgement {
  readonly replicas: number;
  /** Longest wait in milliseconds, up to 1000. */
  readonly timeoutMs: number;
}

interface Companion {
  readonly redis: RedisClient;
  pending: number;
}

// Bounds what waits while all replicas are away.
const mostPending = 1_000;
const companions = new WeakMap<RedisClient, Companion>();

/**
 * How many replicas hold what was last written at `key`; 0 when that cannot be known in time. Call it when the write
 * has succeeded.
 *
 * WAIT (https://redis.io/commands/wait) blocks its connection, and on the client's own every read of every session
 * would stand behind a replica that is away. So it is sent on a connection of its own, after a small write there: a
 * replica that has this write has all that the same server took before it. That it is the same server, not one that
 * was promoted meanwhile without the record, shows in the record being there.
 * @throws {TokenStoreError} `store_unavailable`.
 */
export async function acknowledge(
  client: RedisClient,
  key: string,
  { replicas, timeoutMs }: Acknowledgement,
): Promise<number> {
  const companion = companionOf(client);
  if (companion.pending >= mostPending) return 0;
  const marker = `${key.includes("{") ? key : `{${key}}`}:acknowledge`;
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(resolve, timeoutMs + 50, null);
  companion.pending += 1;
  try {
    const question = companion.redis
      .pipeline()
      .exists(key)
      .set(marker, "", "PX", 1)
      .wait(replicas, timeoutMs);
    const asked = question.exec().finally(() => {
      companion.pending -= 1;
    });
    const results = await Promise.race([asked, late]);
    const failed = results?.find(([error]) => error !== null)?.[0];
    if (failed) throw failed;
    return results?.[0]?.[1] === 1 ? Number(results[2]?.[1]) : 0;
  } catch (cause) {
    throw new TokenStoreError("store_unavailable", "The replicas cannot be asked for.", { cause });
  } finally {
    clearTimeout(timer);
  }
}

function companionOf(client: RedisClient): Companion {
  const known = companions.get(client);
  if (known !== undefined) return known;
  // Its commands wait for the connection and for one another; the caller's patience is the timer above.
  const patient = { commandTimeout: undefined, socketTimeout: 5_000, maxRetriesPerRequest: 0 };
  const redis =
    client instanceof Cluster
      ? client.duplicate([], { enableOfflineQueue: true, redisOptions: patient })
      : client.duplicate({ ...patient, enableOfflineQueue: true });
  // Reported through the commands that fail.
  redis.on("error", () => undefined);
  client.once("end", () => redis.disconnect());
  const companion = { redis, pending: 0 };
  companions.set(client, companion);
  return companion;
}
