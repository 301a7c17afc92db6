import { type IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { FastifyInstance } from "fastify";

/** A WebSocket handshake that waits for its answer: the connection, and what came on it already. */
export interface Upgrade {
  socket: Duplex;
  head: Buffer;
}

/** Handshakes under way, by their request. */
export type Upgrades = WeakMap<IncomingMessage, Upgrade>;

/**
 * Sends WebSocket handshakes the way of every other request: through the target check, the limits, the token and the
 * scope. Whoever is refused gets a plain HTTP answer, and the connection ends with it.
 */
export function acceptUpgrades(app: FastifyInstance): Upgrades {
  const upgrades: Upgrades = new WeakMap();
  app.server.on("upgrade", (request, socket, head) => {
    upgrades.set(request, { socket, head });
    socket.on("error", () => socket.destroy());
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(request.socket);
    response.once("finish", () => {
      response.detachSocket(request.socket);
      socket.end();
    });
    app.routing(request, response);
  });
  return upgrades;
}
