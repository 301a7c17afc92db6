import type { ModuleFederation } from "@module-federation/runtime-core";
import type { LaterFiles } from "../loading/later-files.ts";

interface HostState {
  instance?: ModuleFederation;
  /** In browsers: through what remotes load their later files. */
  files?: LaterFiles;
  /** In browsers: the part of webpack's runtime that remotes leave out. */
  bundler?: object;
}

declare global {
  var __MULLION_HOST__: HostState | undefined;
}

/**
 * The host's federation state. A global, because the runtime plugin is compiled into another webpack module instance
 * than the components are, a bare `registerRemotes` import fails in `next dev` (RUNTIME-009), and remotes look for it.
 */
export function hostState(): HostState {
  globalThis.__MULLION_HOST__ ??= {};
  return globalThis.__MULLION_HOST__;
}
