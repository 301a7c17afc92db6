import type { ModuleFederationRuntimePlugin } from "@module-federation/runtime-core";
import { hostContainer } from "../names.ts";
import { hostState } from "./host-instance.ts";

/** Milliseconds after which the browser gives up on a remote's entry. */
const entryTimeoutMs = 8_000;

/** Runtime plugin of the host: keeps the federation instance, sets integrity, and lets failures be seen. */
export default function mullionHostPlugin(): ModuleFederationRuntimePlugin {
  return {
    name: "mullion-host",
    beforeInit(args) {
      if (args.userOptions.name === hostContainer) hostState().instance = args.origin;
      return args;
    },
    createScript({ url }) {
      if (typeof document === "undefined") return undefined;
      const script = document.createElement("script");
      script.src = url;
      script.async = true;
      script.crossOrigin = "anonymous";
      const integrity = hostState().integrity.get(url.split("?", 1)[0] ?? url);
      if (integrity !== undefined) script.integrity = integrity;
      return { script, timeout: entryTimeoutMs };
    },
    // The plugin of nextjs-mf answers a failed load with a component that renders nothing, which no error boundary
    // ever sees. Throwing here makes the load reject.
    errorLoadRemote({ error }) {
      throw error instanceof Error ? error : new Error(String(error));
    },
  };
}
