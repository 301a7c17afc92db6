import type { ClusterOptions, RedisOptions } from "ioredis";
import type { RedisTarget } from "./redis-url.ts";

/** Options of ioredis; replies keep their usual form. */
export type ConnectionOptions = Omit<RedisOptions, "replyMapping">;

/** Delay before attempt number `attempt` to connect: for ever, at most a second apart. */
export function reconnectDelay(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 5), 1_000);
}

/** What every connection has, whoever answers at its end. */
export function connectionOptions({ username, password, tls }: RedisTarget): ConnectionOptions {
  return {
    username,
    password,
    ...(tls ? { tls: {} } : {}),
    connectTimeout: 2_000,
    // A server that vanished without closing its connections: TCP alone would wait for minutes. Long enough that a
    // process which was held up does not take itself for cut off.
    socketTimeout: 3_000,
    disconnectTimeout: 200,
    // A master that became a replica keeps its connections where no Sentinel closes them, as behind a moved address.
    reconnectOnError: ({ message }) => message.includes("READONLY"),
  };
}

/** How to reach the one server that takes writes. */
export function serverOptions(target: Exclude<RedisTarget, { kind: "cluster" }>): ConnectionOptions {
  const shared = { ...connectionOptions(target), db: target.db, retryStrategy: reconnectDelay };
  if (target.kind === "single") return { ...shared, ...target.nodes[0] };
  return {
    ...shared,
    sentinels: target.nodes.map(({ host, port }) => ({ host, port })),
    name: target.masterName,
    sentinelUsername: target.sentinelUsername,
    sentinelPassword: target.sentinelPassword,
    ...(target.tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    sentinelCommandTimeout: 500,
    sentinelRetryStrategy: reconnectDelay,
    // Not ioredis' `failoverDetector`: when Sentinels announce the new master while it is connecting again, as it always
    // is then, it can end the client for good ("Connection is closed").
  };
}

/** How to follow a cluster. `perNode` is added to the connection to each node. */
export function clusterOptions(
  target: RedisTarget,
  perNode: ConnectionOptions,
): Omit<ClusterOptions, "redisOptions"> & { redisOptions: ConnectionOptions } {
  return {
    redisOptions: { ...connectionOptions(target), ...perNode },
    clusterRetryStrategy: reconnectDelay,
    // The certificate is for the name: ioredis would connect to the address it resolved to.
    ...(target.tls ? { dnsLookup: (name, callback) => callback(null, name) } : {}),
    // Five attempts, 100 ms apart, are half a second: a failover takes longer, a moved slot does not.
    maxRedirections: 5,
    // A node that hangs closes nothing and redirects nowhere: only asking shows that another has its slots.
    slotsRefreshInterval: 1_000,
    slotsRefreshTimeout: 500,
  };
}
