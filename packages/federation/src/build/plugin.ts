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

/** The part of the plugin's final options that is changed. */
interface NormalOptions {
  readonly runtimePlugins: readonly string[];
  readonly shared: Readonly<Record<string, object>>;
  readonly experiments?: Readonly<Record<string, unknown>>;
}
type GetNormalOptions = (compiler: unknown, isServer: boolean) => NormalOptions;

const method = "getNormalFederationPluginOptions";
const ownPlugin = /[\\/]nextjs-mf[\\/]/;

/**
 * The plugin with as little as possible in what browsers load. It drops options that it does not know, so they are changed where
 * it builds its final ones.
 * @throws {Error} when a newer plugin no longer has the (private) method this depends on.
 */
export function createFederationPlugin(options: PluginOptions, role: RuntimeRole): NextFederationPlugin {
  const plugin = new Plugin(options);
  const original: unknown = Reflect.get(plugin, method);
  if (typeof original !== "function")
    throw new Error(`nextjs-mf has no ${method}: the pin in pnpm-workspace.yaml moved`);
  const normalOptions = original.bind(plugin) as GetNormalOptions;
  const withRuntimeRole: GetNormalOptions = (compiler, isServer) => {
    const normal = normalOptions(compiler, isServer);
    // On the server every container brings its runtime: there is no page whose bytes it would cost.
    if (isServer || role === "own") return normal;
    return role === "provide" ? asHost(normal) : asRemote(normal);
  };
  Reflect.set(plugin, method, withRuntimeRole);
  return plugin;
}

/** Without the plugin of nextjs-mf, which loads scripts and hides failures in ways of its own, and without manifests of remotes. */
function asHost(normal: NormalOptions): NormalOptions {
  return {
    ...normal,
    runtimePlugins: normal.runtimePlugins.filter((path) => !ownPlugin.test(path)),
    experiments: { ...normal.experiments, optimization: { disableSnapshot: true, target: "web" } },
  };
}

/** Without a copy of anything that the host brings: the registry refuses a release that asks for what the host has not. */
function asRemote(normal: NormalOptions): NormalOptions {
  const fromHost = ([name, module]: [string, object]) => [name, { ...module, import: false }];
  return {
    ...normal,
    runtimePlugins: [],
    shared: Object.fromEntries(Object.entries(normal.shared).map(fromHost)) as NormalOptions["shared"],
  };
}
