import { createInstance } from "@module-federation/runtime";
import federation from "@module-federation/webpack-bundler-runtime/bundler";
import { hostState } from "./host-instance.ts";

/**
 * Lends remotes what module federation adds to webpack's runtime. `init` makes an instance for each: the original looks for one of
 * the same build first, and the build it was compiled into is the host's.
 */
export function shareBundler(): void {
  hostState().bundler = { ...federation, runtime: { ...federation.runtime, init: createInstance } };
}
