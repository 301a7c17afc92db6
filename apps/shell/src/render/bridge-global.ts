import type { BridgeClient } from "./bridge-client.ts";

export type { BridgeClient } from "./bridge-client.ts";

declare global {
  var __MULLION_BRIDGE__: BridgeClient | undefined;
}

/** Makes the bridge reachable for pages, which Next compiles into bundles of their own; nobody can put another there. */
export function publishBridge(bridge: BridgeClient): void {
  Object.defineProperty(globalThis, "__MULLION_BRIDGE__", { value: bridge });
}

/** The bridge of this process. Pages call it in `getServerSideProps` only. */
export function bridge(): BridgeClient {
  if (globalThis.__MULLION_BRIDGE__ === undefined)
    throw new Error("pages are rendered by the render process only");
  return globalThis.__MULLION_BRIDGE__;
}
