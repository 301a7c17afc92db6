import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";
import { hostContainer } from "../names.ts";
import { federate } from "./next-config.ts";
import { lentModules, sharedModules } from "./shared.ts";

const hostPlugin = fileURLToPath(new URL("../runtime/host-plugin.ts", import.meta.url));

/** Next.js configuration of the host. It is built with no remotes: the composition of each visit names them. */
export function withHost(config: NextConfig = {}): NextConfig {
  return federate(config, {
    role: "provide",
    entries: { lent: lentModules },
    plugin: (isServer) => ({
      name: hostContainer,
      filename: isServer ? "remoteEntry.js" : "static/chunks/hostEntry.js",
      remotes: {},
      exposes: {},
      shared: sharedModules(),
      runtimePlugins: [hostPlugin],
      extraOptions: {},
    }),
  });
}
