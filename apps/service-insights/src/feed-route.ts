import type { WebSocket } from "@fastify/websocket";
import type { FastifyInstance } from "fastify";
import { upgradeRequired } from "./errors.ts";
import type { Feed } from "./feed.ts";

/** What the WebSocket needs. */
export interface FeedOptions {
  feed: Feed;
  /** Between two pings, in milliseconds. Who has not answered one by the next is gone. */
  pingMs: number;
  /** How much may wait for a follower that reads too slowly, in bytes. */
  backlogBytes: number;
}

// RFC 6455 section 7.4.1 and the registry it made: try again later.
const tryAgainLater = 1013;
const closeMs = 1_000;

/** Pings, so that a connection nobody is at any more ends, and a quiet one does not look like that to a proxy. */
function keepAlive(socket: WebSocket, pingMs: number): () => void {
  let answered = true;
  socket.on("pong", () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) {
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
  }, pingMs);
  return () => {
    clearInterval(timer);
  };
}

function follow(socket: WebSocket, { feed, pingMs, backlogBytes }: FeedOptions): void {
  const unsubscribe = feed.subscribe((message) => {
    if (socket.bufferedAmount <= backlogBytes) {
      socket.send(message);
      return;
    }
    unsubscribe();
    socket.close(tryAgainLater, "too slow");
    // The close frame waits behind everything else; a reader that has stopped would never see it.
    setTimeout(() => {
      socket.terminate();
    }, closeMs).unref();
  });
  const stopPings = keepAlive(socket, pingMs);
  socket.on("close", () => {
    unsubscribe();
    stopPings();
  });
}

/**
 * `GET /insights/feed` (WebSocket, scope `insights:read`): one text message per event, as it is counted. A follower that
 * reads too slowly is let go with 1013 and may come again. What followers send is not read.
 */
export async function feedRoute(app: FastifyInstance, options: FeedOptions): Promise<void> {
  app.route({
    method: "GET",
    url: "/insights/feed",
    onRequest: app.requireScope("insights:read"),
    handler: async () => {
      throw upgradeRequired();
    },
    wsHandler: (socket) => {
      follow(socket, options);
    },
  });
}
