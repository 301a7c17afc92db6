import type { BridgeCall } from "../../bridge/protocol.ts";

/** Answers of front to what render may ask. Each throws to refuse. */
export interface BridgeOperations {
  page(ticket: string): unknown;
  read(ticket: string, path: string): Promise<unknown>;
  bytes(url: string): Promise<Uint8Array>;
}

/** Carries out one call of render. */
export async function answerCall(call: BridgeCall, operations: BridgeOperations): Promise<unknown> {
  switch (call.operation) {
    case "page":
      return operations.page(call.ticket);
    case "read":
      return operations.read(call.ticket, call.path);
    case "bytes":
      return operations.bytes(call.url);
  }
}
