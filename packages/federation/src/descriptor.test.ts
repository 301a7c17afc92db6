import type { PlacedRelease } from "@mullion/contracts";
import { describe, expect, it } from "vitest";
import { describeRemote, serverEntryOf } from "./descriptor.ts";

const integrity = `sha384-${"A".repeat(64)}`;
const release: PlacedRelease = {
  remote: "billing",
  version: "1.0.0-abcdef",
  container: "billing_abcdef",
  browserEntry: "_next/static/chunks/remoteEntry.js",
  serverEntry: "_next/static/ssr/remoteEntry.js",
  exposes: { "./app": { scripts: [], styles: ["_next/static/css/app.css"] } },
  manifest: {
    name: "billing",
    title: "Billing",
    description: "",
    routes: [{ path: "/billing", expose: "./app", roles: [], data: [] }],
    navigation: [],
    scopes: [],
  },
  shared: {},
  contracts: {},
  files: ["_next/static/chunks/remoteEntry.js", "_next/static/css/app.css"].map((path) => ({
    path,
    bytes: 1,
    integrity,
  })),
  baseUrl: "https://files.example.com/artifacts/billing/1.0.0-abcdef/",
};

describe("remote descriptor", () => {
  it("names every file of first paint by absolute URL and hash, and nothing of the server", () => {
    const descriptor = describeRemote(release, "./app");
    expect(descriptor).toMatchObject({
      browserEntry: `${release.baseUrl}_next/static/chunks/remoteEntry.js`,
      browserEntryIntegrity: integrity,
      styles: [{ href: `${release.baseUrl}_next/static/css/app.css`, integrity }],
    });
    expect(JSON.stringify(descriptor)).not.toContain("/ssr/");
    expect(serverEntryOf(release)).toBe(`${release.baseUrl}_next/static/ssr/remoteEntry.js`);
  });

  it("a file without a hash is a failure, never a pass", () => {
    const [entry] = release.files;
    if (entry === undefined) throw new Error("no entry");
    expect(() => describeRemote({ ...release, files: [entry] }, "./app")).toThrow(/no hash for .*app\.css/);
  });
});
