import { createInstance } from "@module-federation/runtime";
import federation from "@module-federation/webpack-bundler-runtime/bundler";
import { initContainerEntry } from "@module-federation/webpack-bundler-runtime/dist/initContainerEntry.js";
import { hostState } from "./host-instance.ts";

/**
 * Lends remotes what module federation adds to webpack's runtime. Two parts depend on the build that they are compiled into, and
 * that is the host's: `init` looks for an instance of the same build first, and a build that exposes nothing has no
 * `initContainerEntry`.
 */
export function shareBundler(): void {
  hostState().bundler = {
    ...federation,
    runtime: { ...federation.runtime, init: createInstance },
    bundlerRuntime: { ...federation.bundlerRuntime, initContainerEntry },
  };
}
