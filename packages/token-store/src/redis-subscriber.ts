import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { AbstractConnector, Redis } from "ioredis";
import { type ConnectionOptions, connectionOptions, reconnectDelay, serverOptions } from "./redis-options.ts";
import { parseRedisUrl, type RedisTarget } from "./redis-url.ts";

/** Who listens to a subscriber's connection. */
export interface SubscriberListener {
  readonly onError: (error: Error) => void;
  /** The subscriptions stand again after a lost connection: messages in between were missed. */
  readonly onReconnect: () => void;
}

const heartbeatMs = 1_000;

/**
 * Connects a client that only listens. `subscribe` waits for a connection; afterwards it subscribes again by itself
 * whenever the connection was lost, at the new master or another node of the cluster where there is one.
 * @throws {TokenStoreError} `bad_redis_url`.
 */
export function connectSubscriber(url: string, { onError, onReconnect }: SubscriberListener): Redis {
  const target = parseRedisUrl(url);
  const redis = new Redis({
    ...(target.kind === "cluster" ? anyNodeOptions(target) : serverOptions(target)),
    maxRetriesPerRequest: null,
  });
  let isFirst = true;
  redis.on("error", onError).on("ready", () => {
    const again = !isFirst;
    isFirst = false;
    // Answered after the subscriptions, which ioredis has sent before it says that it is ready.
    if (again) redis.ping().then(onReconnect, onError);
  });
  // Nobody would notice a connection that went silent: nothing else is sent on it.
  const heartbeat = setInterval(() => {
    checkNode(redis, target).catch(() => {
      // Not while it is connecting again already: that would end it for good.
      if (redis.status === "ready") redis.disconnect(true);
    });
  }, heartbeatMs).unref();
  redis.once("end", () => clearInterval(heartbeat));
  return redis;
}

/** A message to a cluster reaches every node, so one connection hears all, as long as its node is part of it. */
async function checkNode(redis: Redis, { kind }: RedisTarget): Promise<void> {
  if (redis.status !== "ready") return;
  if (kind !== "cluster") await redis.ping();
  else if (!(await redis.cluster("INFO")).includes("cluster_state:ok")) {
    throw new Error("this node has lost the cluster");
  }
}

/** A connection to one node of a cluster, each time the next. */
function anyNodeOptions(target: RedisTarget): ConnectionOptions {
  let attempts = Math.floor(Math.random() * target.nodes.length);
  class NextNode extends AbstractConnector {
    constructor() {
      super(200);
    }
    override async connect(): Promise<Socket> {
      const node = target.nodes[attempts++ % target.nodes.length] ?? target.nodes[0];
      this.connecting = true;
      this.stream = target.tls ? connectTls({ ...node }) : connect({ ...node });
      // Where it failed before ioredis listens, this is where ioredis looks.
      this.stream.once("error", (error) => {
        this.firstError = error;
      });
      return this.stream;
    }
  }
  return { ...connectionOptions(target), retryStrategy: reconnectDelay, Connector: NextNode };
}
