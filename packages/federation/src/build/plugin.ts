import { createRequire } from "node:module";
import type { NextFederationPlugin } from "@module-federation/nextjs-mf";

// The CommonJS build: the ES module build puts a file that imports `node:module` into the browser's bundle.
const { NextFederationPlugin: Plugin } = createRequire(import.meta.url)("@module-federation/nextjs-mf") as {
  NextFederationPlugin: typeof NextFederationPlugin;
};

/** Options of the plugin, as it declares them. */
export type PluginOptions = ConstructorParameters<typeof NextFederationPlugin>[0];

/**
 * Whether a build carries the federation runtime for everybody (host), takes the host's (remote), or has one for itself
 * (a remote that is being developed, whose own pages have no host).
 */
export type RuntimeRole = "provide" | "external" | "own";

type NormalOptions = (compiler: unknown, isServer: boolean) => { experiments?: Record<string, unknown> };

const method = "getNormalFederationPluginOptions";

/**
 * The plugin with the browser's federation runtime taken out of the remotes: it drops `experiments` that it does not
 * know, so they are put back where it builds its final options. A remote entry falls from 56 kB to 11 kB gzip.
 * @throws {Error} when a newer plugin no longer has the (private) method this depends on.
 */
export function createFederationPlugin(options: PluginOptions, role: RuntimeRole): NextFederationPlugin {
  const plugin = new Plugin(options);
  const original: unknown = Reflect.get(plugin, method);
  if (typeof original !== "function")
    throw new Error(`nextjs-mf has no ${method}: the pin in pnpm-workspace.yaml moved`);
  const normalOptions = original.bind(plugin) as NormalOptions;
  const withRuntimeRole: NormalOptions = (compiler, isServer) => {
    const normal = normalOptions(compiler, isServer);
    // On the server every container brings its runtime: there is no page whose bytes it would cost.
    if (isServer || role === "own") return normal;
    const runtime = role === "provide" ? { provideExternalRuntime: true } : { externalRuntime: true };
    return { ...normal, experiments: { ...normal.experiments, ...runtime } };
  };
  Reflect.set(plugin, method, withRuntimeRole);
  return plugin;
}
