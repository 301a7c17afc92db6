import {
  type BridgeCall,
  frontMessageSchema,
  type Page,
  pageSchema,
  type ReadAnswer,
  type RenderMessage,
  readAnswerSchema,
} from "../bridge/protocol.ts";

/** Render's only way out: calls to front over IPC. */
export interface BridgeClient {
  page(ticket: string): Promise<Page>;
  read(ticket: string, path: string): Promise<ReadAnswer>;
  bytes(url: string): Promise<Uint8Array>;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Connects to the parent process. `onConnection` receives the sockets that front hands over. */
export function connectBridge(onConnection: (socket: unknown) => void): BridgeClient {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error("render must be started by front, over IPC");
  const waiting = new Map<number, Waiting>();
  let lastId = 0;

  process.on("message", (raw: unknown, handle: unknown) => {
    const message = frontMessageSchema.parse(raw);
    if (message.type === "connection") {
      onConnection(handle);
      return;
    }
    const caller = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.type === "answer") caller?.resolve(message.value);
    else caller?.reject(new Error(message.message));
  });

  const ask = (call: BridgeCall): Promise<unknown> =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      send({ type: "call", id: lastId, call } satisfies RenderMessage);
    });

  return {
    page: async (ticket) => pageSchema.parse(await ask({ operation: "page", ticket })),
    read: async (ticket, path) => readAnswerSchema.parse(await ask({ operation: "read", ticket, path })),
    bytes: async (url) => {
      const value = await ask({ operation: "bytes", url });
      if (!(value instanceof Uint8Array)) throw new Error("front answered something else than bytes");
      return value;
    },
  };
}
