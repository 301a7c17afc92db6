import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A line to a server that a test can cut and mend: to the other end it looks like the server going and coming back. */
export interface CuttableLine {
  /** The same URL by way of the line. */
  through(url: string): string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function createLine(defaultPort: number): Promise<CuttableLine> {
  const sockets = new Set<Socket>();
  let target = { host: "", port: 0 };
  let port = 0;
  let server: Server | undefined;

  function join(inner: Socket): void {
    const outer = connect(target);
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        inner.destroy();
        outer.destroy();
      });
    }
    inner.pipe(outer).pipe(inner);
  }

  async function open(): Promise<void> {
    server = createServer(join).listen(port, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  }

  await open();
  return {
    through(url) {
      const via = new URL(url);
      target = { host: via.hostname, port: via.port === "" ? defaultPort : Number(via.port) };
      via.hostname = "127.0.0.1";
      via.port = String(port);
      return via.href;
    },
    async cut() {
      const closed = server === undefined ? undefined : once(server, "close");
      server?.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    mend: open,
  };
}
