import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A way to a server that can be cut, for tests of what happens while Postgres or Redis is gone. */
export interface TestLink {
  /** The server's URL by way of this link. */
  url: string;
  /** Ends every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Takes connections again, at the same address. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** A link to the server of a URL with a port, such as a Postgres connection string. */
export async function createTestLink(target: string): Promise<TestLink> {
  const url = new URL(target);
  const { hostname, port } = url;
  const sockets = new Set<Socket>();
  let server: Server | undefined;

  async function open(at: number): Promise<number> {
    server = createServer((inbound) => {
      const outbound = connect(Number(port), hostname);
      for (const [socket, peer] of [
        [inbound, outbound],
        [outbound, inbound],
      ] as const) {
        sockets.add(socket);
        socket.on("error", () => peer.destroy());
        socket.on("close", () => {
          sockets.delete(socket);
          peer.destroy();
        });
        socket.pipe(peer);
      }
    }).listen(at, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new TypeError("not a TCP address");
    return address.port;
  }

  async function cut(): Promise<void> {
    if (server === undefined) return;
    const closed = once(server, "close");
    server.close();
    server = undefined;
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  const linkPort = await open(0);
  url.hostname = "127.0.0.1";
  url.port = String(linkPort);
  return {
    url: url.href,
    cut,
    restore: async () => {
      await open(linkPort);
    },
    close: cut,
  };
}
