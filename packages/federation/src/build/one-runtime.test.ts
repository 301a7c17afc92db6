import { expect, it } from "vitest";
import { withOneRuntime } from "./one-runtime.ts";

it("the runtime is the ES module for whoever imports or requires it; other aliases stay", () => {
  const { alias, modules } = withOneRuntime({ alias: { own: "/own.js" }, modules: ["node_modules"] });
  expect(alias).toEqual({
    own: "/own.js",
    "@module-federation/runtime-core$": expect.stringMatching(
      /^\/.*runtime-core\/dist\/index\.js$/,
    ) as string,
  });
  expect(modules).toEqual(["node_modules"]);
});
