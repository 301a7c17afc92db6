import type { ModuleFederationRuntimePlugin } from "@module-federation/runtime-core";
import { hostContainer } from "../names.ts";
import { hostState } from "./host-instance.ts";
import { shareBundler } from "./share-bundler.ts";

/** Runtime plugin of the host: keeps the federation instance, loads no script itself, and lets failures be seen. */
export default function mullionHostPlugin(): ModuleFederationRuntimePlugin {
  return {
    name: "mullion-host",
    beforeInit(args) {
      if (args.userOptions.name === hostContainer) {
        hostState().instance = args.origin;
        shareBundler();
      }
      return args;
    },
    createScript({ url }) {
      if (typeof document === "undefined") return undefined;
      // Entries are on the page, checked, before the runtime is asked for a module. What it would load by itself has no hash.
      throw new Error(`${url} has no hash: it is not requested`);
    },
    // The plugin of nextjs-mf answers a failed load with a component that renders nothing, which no error boundary
    // ever sees. Throwing here makes the load reject.
    errorLoadRemote({ error }) {
      throw error instanceof Error ? error : new Error(String(error));
    },
  };
}
