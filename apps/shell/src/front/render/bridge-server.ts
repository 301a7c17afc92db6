import type { Socket } from "node:net";
import type { FastifyBaseLogger } from "fastify";
import { createFrameReader, encodeFrame } from "../../bridge/frames.ts";
import {
  type FrontMessage,
  type RenderMessage,
  renderMessageLimitBytes,
  renderMessageSchema,
} from "../../bridge/messages.ts";
import type { BridgeCall, Page } from "../../bridge/protocol.ts";
import { createBridgeFlow } from "./bridge-flow.ts";

/** Answers of front to what render may ask. Each throws to refuse. */
export interface BridgeOperations {
  page(ticket: string): Page;
  read(ticket: string, path: string): Promise<unknown>;
  bytes(url: string): Promise<Uint8Array>;
  failed(ticket: string, code: string): void;
}

/** Front's end of the bridge to one render process. */
export interface BridgeServer {
  /** Asks whether the process still answers. */
  beat(): void;
}

/** What is noticed of the process at the other end. */
export interface BridgeEvents {
  ready(): void;
  beat(): void;
  shaken(reason: string): void;
  /** It sent what no render process sends, or far too much. */
  hostile(reason: string): void;
}

/** What a render process sends at most within `windowMs`: a thousand pages, each with its data, and few mistakes. */
const most = { messages: 10_000, refusals: 1_000, beats: 100 };
const windowMs = 1_000;
const refusalsLogged = 20;

async function answer(call: BridgeCall, operations: BridgeOperations): Promise<unknown> {
  switch (call.operation) {
    case "page":
      return operations.page(call.ticket);
    case "read":
      return operations.read(call.ticket, call.path);
    case "failed":
      operations.failed(call.ticket, call.code);
      return null;
    case "bytes":
      return operations.bytes(call.url);
  }
}

/**
 * Serves the bridge. What comes from render may have been made by a remote: it is bounded in size, number and time, and
 * whatever is not exactly a message is reported as hostile; nothing that comes can throw here.
 */
export function serveBridge(
  socket: Socket,
  operations: BridgeOperations,
  events: BridgeEvents,
  log: FastifyBaseLogger,
): BridgeServer {
  const flow = createBridgeFlow(socket);
  let seen = { since: performance.now(), messages: 0, refusals: 0, beats: 0 };
  const send = (message: FrontMessage, payload?: Uint8Array): void => {
    if (socket.writable) socket.write(encodeFrame(message, payload));
  };

  const refuse = (id: number, { operation }: BridgeCall, error: unknown): void => {
    seen.refusals += 1;
    if (seen.refusals <= refusalsLogged) log.warn({ err: error, operation }, "a call of render was refused");
    send({ type: "failure", id, message: error instanceof Error ? error.message : "refused" });
  };

  const carryOut = async (id: number, call: BridgeCall): Promise<void> => {
    flow.begin();
    try {
      const value = await answer(call, operations);
      await flow.whenRoom(() => {
        if (value instanceof Uint8Array) send({ type: "answer", id, value: null }, value);
        else send({ type: "answer", id, value });
      });
    } catch (error) {
      refuse(id, call, error);
    } finally {
      flow.end();
    }
  };

  const receive = (message: RenderMessage): void => {
    switch (message.type) {
      case "ready":
        events.ready();
        break;
      case "beat":
        seen.beats += 1;
        events.beat();
        break;
      case "shaken":
        events.shaken(message.reason);
        break;
      case "call":
        void carryOut(message.id, message.call);
    }
  };

  const read = createFrameReader(renderMessageLimitBytes, (raw) => {
    const now = performance.now();
    if (now - seen.since > windowMs) seen = { since: now, messages: 0, refusals: 0, beats: 0 };
    seen.messages += 1;
    if (seen.messages > most.messages || seen.refusals > most.refusals || seen.beats > most.beats) {
      throw new RangeError("a flood of messages");
    }
    receive(renderMessageSchema.parse(raw));
  });
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      socket.destroy();
      events.hostile(error instanceof Error ? error.message.slice(0, 500) : "unknown");
    }
  });

  return {
    beat: () => {
      send({ type: "beat" });
    },
  };
}
