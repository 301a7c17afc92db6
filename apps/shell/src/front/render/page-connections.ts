import type { Socket } from "node:net";
import { Client, type Dispatcher } from "undici";
import { ShellError } from "../errors.ts";

/** What asks render for one page, and takes what it answers. */
export type PageRequest = Pick<
  Dispatcher.RequestOptions,
  "path" | "method" | "headers" | "headersTimeout" | "bodyTimeout"
>;

/** The connections to one render process. They cannot be made again: one that breaks is gone. */
export interface PageConnections {
  /** How many broke. */
  lost(): number;
  /** None is left. */
  areLost(): boolean;
  /** Sends one request on a connection of its own; waits while all are in use. */
  stream(page: PageRequest, factory: Dispatcher.StreamFactory): Promise<void>;
  destroy(error: Error): void;
}

/** A page that is larger is cut off: nothing honest is, and an endless one would fill the front. */
const pageLimitBytes = 16 * 1_024 * 1_024;
/** Longer than a render process lives: nothing else may close an idle connection. */
const idleMs = 172_800_000;

function createClient(socket: Socket): Client {
  let given = false;
  return new Client("http://render", {
    pipelining: 1,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    maxResponseSize: pageLimitBytes,
    connect: (_options, callback) => {
      // Not at once: undici does not expect a connection before its call has returned.
      setImmediate(() => {
        if (given || socket.destroyed) callback(new Error("the connection to render is lost"), null);
        else callback(null, socket);
        given = true;
      });
    },
  });
}

/** Speaks HTTP on sockets whose other ends a render process inherited. `onLost` is called when none is left. */
export function createPageConnections(sockets: readonly Socket[], onLost: () => void): PageConnections {
  const idle: Client[] = [];
  const waiting: { resolve(client: Client): void; reject(error: Error): void }[] = [];
  const broken = new Set<Client>();
  let failure: Error | null = null;

  const giveBack = (client: Client): void => {
    if (broken.has(client)) return;
    const next = waiting.shift();
    if (next === undefined) idle.push(client);
    else next.resolve(client);
  };
  const take = (): Promise<Client> => {
    if (failure !== null) return Promise.reject(failure);
    const client = idle.pop();
    if (client !== undefined) return Promise.resolve(client);
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
    });
  };
  const destroy = (error: Error): void => {
    if (failure !== null) return;
    failure = error;
    for (const { reject } of waiting.splice(0)) reject(error);
    for (const socket of sockets) socket.destroy();
  };

  for (const socket of sockets) {
    const client = createClient(socket);
    idle.push(client);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      broken.add(client);
      const place = idle.indexOf(client);
      if (place >= 0) idle.splice(place, 1);
      void client.destroy();
      if (broken.size < sockets.length) return;
      destroy(new ShellError("render_gone", "Render has ended."));
      onLost();
    });
  }

  return {
    lost: () => broken.size,
    areLost: () => failure !== null,
    async stream(page, factory) {
      const client = await take();
      try {
        await client.stream(page, factory);
      } finally {
        giveBack(client);
      }
    },
    destroy,
  };
}
