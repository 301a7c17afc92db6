import type { PlacedRelease } from "@mullion/contracts";
import { describe, expect, it } from "vitest";
import { describeDevelopment, describeRemote, remoteDescriptorSchema, serverEntryOf } from "./descriptor.ts";

const integrity = `sha384-${"A".repeat(64)}`;
const hashList = "_next/static/chunks/integrity.json";
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
  files: ["_next/static/chunks/remoteEntry.js", "_next/static/css/app.css", hashList].map((path) => ({
    path,
    bytes: 1,
    integrity,
  })),
  baseUrl: "https://files.example.com/artifacts/billing/1.0.0-abcdef/",
};

describe("remote descriptor", () => {
  it("names every file of first paint by path and hash, and nothing of the server", () => {
    const descriptor = describeRemote(release, "./app");
    expect(descriptor).toMatchObject({
      bases: [release.baseUrl],
      entry: { path: "_next/static/chunks/remoteEntry.js", integrity },
      styles: [{ path: "_next/static/css/app.css", integrity }],
      hashes: { path: hashList, integrity },
    });
    expect(remoteDescriptorSchema.parse(descriptor)).toEqual(descriptor);
    expect(JSON.stringify(descriptor)).not.toContain("/ssr/");
    expect(serverEntryOf(release)).toBe(`${release.baseUrl}_next/static/ssr/remoteEntry.js`);
  });

  it("mirrors serve the same version after the first host", () => {
    const { bases } = describeRemote(release, "./app", ["https://other.example.com/files/"]);
    expect(bases).toEqual([release.baseUrl, "https://other.example.com/files/billing/1.0.0-abcdef/"]);
  });

  it("a file without a hash is a failure, never a pass", () => {
    const [entry] = release.files;
    if (entry === undefined) throw new Error("no entry");
    expect(() => describeRemote({ ...release, files: [entry] }, "./app")).toThrow(/no hash for .*app\.css/);
  });

  it("a development server is described by its address alone", () => {
    const descriptor = describeDevelopment(release.manifest, "./app", "http://localhost:3001");
    expect(descriptor).toMatchObject({ container: "billing_development", url: "http://localhost:3001" });
    expect(remoteDescriptorSchema.parse(descriptor)).toEqual(descriptor);
  });
});
