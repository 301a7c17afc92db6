import type { Socket } from "node:net";
import { createFrameReader, encodeFrame } from "../bridge/frames.ts";
import { frontMessageLimitBytes, frontMessageSchema, type RenderMessage } from "../bridge/messages.ts";
import {
  type BridgeCall,
  type Page,
  pageSchema,
  type ReadAnswer,
  readAnswerSchema,
} from "../bridge/protocol.ts";

/** Render's only way out: calls to front. */
export interface BridgeClient {
  page(ticket: string): Promise<Page>;
  read(ticket: string, path: string): Promise<ReadAnswer>;
  bytes(url: string): Promise<Uint8Array>;
  /** Tells front why it could not draw a page's remote. */
  failed(ticket: string, code: string): Promise<void>;
}

/** The bridge, and what the process itself says over it. */
export interface Bridge {
  readonly client: BridgeClient;
  ready(): void;
  /** Asks to be replaced. */
  shaken(reason: string): void;
}

interface Waiting {
  resolve(answer: { value: unknown; bytes: Buffer }): void;
  reject(error: Error): void;
}

/** Speaks with front over the socket between the two. */
export function connectBridge(socket: Socket): Bridge {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  const send = (message: RenderMessage): void => {
    socket.write(encodeFrame(message));
  };

  const read = createFrameReader(frontMessageLimitBytes, (raw, bytes) => {
    const message = frontMessageSchema.parse(raw);
    if (message.type === "beat") {
      send({ type: "beat" });
      return;
    }
    const caller = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.type === "answer") caller?.resolve({ value: message.value, bytes });
    else caller?.reject(new Error(message.message));
  });
  socket.on("data", read);

  const ask = (call: BridgeCall): Promise<{ value: unknown; bytes: Buffer }> =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      send({ type: "call", id: lastId, call });
    });

  return {
    client: Object.freeze<BridgeClient>({
      page: async (ticket) => pageSchema.parse((await ask({ operation: "page", ticket })).value),
      read: async (ticket, path) =>
        readAnswerSchema.parse((await ask({ operation: "read", ticket, path })).value),
      failed: async (ticket, code) => {
        await ask({ operation: "failed", ticket, code });
      },
      bytes: async (url) => (await ask({ operation: "bytes", url })).bytes,
    }),
    ready: () => {
      send({ type: "ready" });
    },
    shaken: (reason) => {
      send({ type: "shaken", reason: reason.slice(0, 500) });
    },
  };
}
