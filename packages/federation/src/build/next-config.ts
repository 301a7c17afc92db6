import type { NextConfig } from "next";
import type { ClientConfig } from "./development/client-build.ts";
import { type SplitChunks, withHostChunks } from "./host-chunks.ts";
import { HostRuntimePlugin } from "./host-runtime-plugin.ts";
import type { EntryFunction } from "./layers.ts";
import { withoutEntryLayers } from "./layers.ts";
import { createFederationPlugin, type PluginOptions, type RuntimeRole } from "./plugin.ts";
import { RemoteFilesPlugin } from "./remote-files-plugin.ts";
import { besideReact, withStartUp } from "./start-up.ts";

/** The part of webpack's configuration that is changed here; Next types it as `any`. */
interface WebpackConfig extends ClientConfig {
  entry: EntryFunction;
  output: { crossOriginLoading?: string };
  optimization: { splitChunks: SplitChunks | false };
}
interface WebpackContext {
  readonly isServer: boolean;
  /** Folder of the application. */
  readonly dir: string;
}

/** What `withHost` and `withRemote` have in common. */
export interface FederatedBuild {
  readonly role: RuntimeRole;
  /** Entries beside Next's in what is built for browsers. */
  readonly entries?: Readonly<Record<string, string[]>>;
  /** Null where nothing is federated. */
  readonly plugin: (isServer: boolean) => PluginOptions | null;
  /** Further changes to what is built for browsers. */
  readonly changeClient?: (config: ClientConfig) => void;
}

const workspacePackages = ["@mullion/contracts", "@mullion/federation", "@mullion/session", "@mullion/ui"];

/** Applies the federation recipe to a Next.js configuration (pages router only: the plugin refuses the app router). */
export function federate(config: NextConfig, build: FederatedBuild): NextConfig {
  return {
    ...config,
    reactStrictMode: true,
    poweredByHeader: false,
    transpilePackages: [...workspacePackages, ...(config.transpilePackages ?? [])],
    // The repository lints everything once, with stricter rules than the ones Next brings.
    eslint: { ignoreDuringBuilds: true },
    webpack: (webpackConfig: WebpackConfig, context: WebpackContext): WebpackConfig => {
      if (!context.isServer) {
        webpackConfig.entry = withoutEntryLayers(webpackConfig.entry, build.entries);
        // Chunks come from the artifact host, without credentials: preloads and integrity need the same mode.
        webpackConfig.output.crossOriginLoading = "anonymous";
        build.changeClient?.(webpackConfig);
        if (build.role === "external")
          webpackConfig.plugins.push(new HostRuntimePlugin(), new RemoteFilesPlugin());
        if (build.role === "provide") {
          webpackConfig.entry = withStartUp(webpackConfig.entry, besideReact(context.dir));
          webpackConfig.optimization.splitChunks = withHostChunks(webpackConfig.optimization.splitChunks);
        }
      }
      const options = build.plugin(context.isServer);
      if (options !== null) webpackConfig.plugins.push(createFederationPlugin(options, build.role));
      return webpackConfig;
    },
  };
}
