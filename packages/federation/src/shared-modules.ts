import { hostState } from "./runtime/host-instance.ts";

/** One module of the share scope, in one version. */
export interface SharedModule {
  readonly name: string;
  readonly version: string;
  /** Container that brings it. */
  readonly providedBy: string;
  readonly isLoaded: boolean;
  /** Containers that took it. */
  readonly usedBy: readonly string[];
}

/** What host and remotes share on this page, by name: who brings each version, and who took it. Empty before the host has started. */
export function listSharedModules(): SharedModule[] {
  const scope = hostState().instance?.shareScopeMap["default"] ?? {};
  return Object.entries(scope)
    .flatMap(([name, versions]) =>
      Object.entries(versions).map(([version, { from, loaded, lib, useIn }]) => ({
        name,
        version,
        providedBy: from,
        isLoaded: loaded === true || lib !== undefined,
        usedBy: [...new Set(useIn)],
      })),
    )
    .sort((a, b) => a.name.localeCompare(b.name));
}
