import { describe, expect, it } from "vitest";
import { createFederationPlugin, type RuntimeRole } from "./plugin.ts";

interface Options {
  readonly runtimePlugins: string[];
  readonly shared: Record<string, { import?: unknown }>;
  readonly experiments: { optimization?: object };
}

function optionsOf(role: RuntimeRole, isServer = false): Options {
  const name = "billing_1";
  const shared = { "@mullion/ui": { singleton: true } };
  const common = { filename: "remoteEntry.js", remotes: {}, exposes: {}, extraOptions: {} };
  const plugin = createFederationPlugin({ ...common, name, shared, runtimePlugins: ["/own.js"] }, role);
  const method = Reflect.get(plugin, "getNormalFederationPluginOptions") as (
    compiler: unknown,
    isServer: boolean,
  ) => Options;
  return method({ options: { context: "/" } }, isServer);
}

describe("in what browsers load", () => {
  it("a remote has no copy of a shared module, React and Next included, and no runtime plugin", () => {
    const { shared, runtimePlugins } = optionsOf("external");
    expect(Object.keys(shared)).toEqual(expect.arrayContaining(["@mullion/ui", "react", "next/router"]));
    for (const [name, module] of Object.entries(shared)) expect(module.import, name).toBe(false);
    expect(runtimePlugins).toEqual([]);
  });

  it("the host brings what it shares, with its own runtime plugin instead of the one of nextjs-mf", () => {
    const { shared, runtimePlugins, experiments } = optionsOf("provide");
    expect(shared["@mullion/ui"]?.import).toBeUndefined();
    expect(runtimePlugins).toEqual(["/own.js?runtimePlugin"]);
    expect(experiments.optimization).toEqual({ disableSnapshot: true, target: "web" });
  });

  it("a remote under development brings all of its own", () => {
    expect(optionsOf("own").runtimePlugins).toHaveLength(2);
  });
});

it("on the server every build brings all of its own", () => {
  for (const role of ["external", "provide"] as const) {
    const { shared, runtimePlugins } = optionsOf(role, true);
    expect(shared["@mullion/ui"]?.import).toBeUndefined();
    expect(runtimePlugins.length).toBeGreaterThan(2);
  }
});
