export type { RemoteDescriptor } from "./descriptor.ts";
export type { FederationErrorCode } from "./errors.ts";
export { FederationError } from "./errors.ts";
export { forgetRemote } from "./forget-remote.ts";
export { loadRemote } from "./load-remote.ts";
export type { PaneFailure } from "./remote-module.tsx";
export { RemoteModule } from "./remote-module.tsx";
export { listSharedModules, type SharedModule } from "./shared-modules.ts";
