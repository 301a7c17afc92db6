import type { ModuleFederation } from "@module-federation/runtime-core";

interface HostState {
  instance?: ModuleFederation;
  /** Entry URL (without query) to its Subresource Integrity value. */
  readonly integrity: Map<string, string>;
}

declare global {
  var __MULLION_HOST__: HostState | undefined;
}

/**
 * The host's federation state. A global, because the runtime plugin is compiled into another webpack module instance
 * than the components are, and a bare `registerRemotes` import fails in `next dev` (RUNTIME-009).
 */
export function hostState(): HostState {
  globalThis.__MULLION_HOST__ ??= { integrity: new Map() };
  return globalThis.__MULLION_HOST__;
}
