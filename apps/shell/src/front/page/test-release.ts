import type { PlacedRelease, Role } from "@mullion/contracts";

const integrity = `sha384-${"A".repeat(64)}`;

/** A release with two entries and one route. For the tests of this app. */
export function testRelease(options: {
  name: string;
  path: string;
  roles?: Role[];
  baseUrl?: string;
}): PlacedRelease {
  const { name, path, roles = [], baseUrl = `http://registry.test/artifacts/${name}/1/` } = options;
  return {
    remote: name,
    version: "0.1.0-abcdef",
    container: `${name}_abcdef`,
    browserEntry: "_next/static/chunks/remoteEntry.js",
    serverEntry: "_next/static/ssr/remoteEntry.js",
    exposes: { "./app": { scripts: [], styles: [] } },
    manifest: {
      name,
      title: name,
      description: "",
      routes: [{ path, expose: "./app", roles, data: [] }],
      navigation: [{ label: name, path, icon: "box", order: 1 }],
      scopes: [],
    },
    shared: {},
    contracts: {},
    files: [
      { path: "_next/static/chunks/remoteEntry.js", bytes: 1, integrity },
      { path: "_next/static/ssr/remoteEntry.js", bytes: 1, integrity },
    ],
    baseUrl,
  };
}
