import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server behind the edge that writes down what reaches it. */
export interface TestUpstream {
  readonly address: string;
  readonly seen: IncomingMessage[];
  /** Connections that were opened so far. */
  connections(): number;
  answer: RequestListener;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts one on a free port; stopped and started again it has the same. */
export async function startUpstream(): Promise<TestUpstream> {
  let server: Server | null = null;
  let port = 0;
  let opened = 0;
  const upstream = {
    address: "",
    seen: [] as IncomingMessage[],
    connections: () => opened,
    answer: ((_request, response) => response.end()) as RequestListener,
    async start() {
      server = createServer((request, response) => {
        upstream.seen.push(request);
        upstream.answer(request, response);
      });
      server.on("connection", () => {
        opened += 1;
      });
      await once(server.listen(port, "127.0.0.1"), "listening");
      ({ port } = server.address() as AddressInfo);
      upstream.address = `127.0.0.1:${String(port)}`;
    },
    async stop() {
      if (server === null) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      server = null;
      await closed;
    },
  };
  await upstream.start();
  return upstream;
}
