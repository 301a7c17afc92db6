import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { releaseSchema } from "@mullion/contracts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { packBuild } from "./pack.ts";
import { readArtifact } from "./read-artifact.ts";

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "mullion-pack-"));
  await writeBuild("3f9c2a1b");
});

afterEach(async () => {
  await rm(dir, { recursive: true });
});

async function write(file: string, content: unknown): Promise<void> {
  const target = path.join(dir, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, typeof content === "string" ? content : JSON.stringify(content));
}

/** What `next build` with `withRemote` leaves, in small. */
async function writeBuild(buildId: string): Promise<void> {
  const assets = { sync: ["static/chunks/app.1.js"], async: ["static/chunks/late.js"] };
  await write("mullion.remote.json", {
    name: "billing",
    title: "Billing",
    routes: [{ path: "/billing", expose: "./app" }],
  });
  await write("package.json", { name: "@mullion/remote-billing", version: "1.2.0" });
  await write(".next/BUILD_ID", buildId);
  await write(".next/static/chunks/mf-manifest.json", {
    name: `billing_${buildId}`,
    metaData: { publicPath: "auto", pluginVersion: "2.9.2" },
    exposes: [
      {
        id: `billing_${buildId}:app`,
        path: "./app",
        assets: { js: assets, css: { sync: ["/_next/static/css/app.css"], async: [] } },
      },
    ],
    shared: [
      { name: "react", requiredVersion: "^19.3.1" },
      { name: "@acme/session", requiredVersion: "^1.0.0" },
    ],
  });
  await write(".next/static/chunks/remoteEntry.js", `browser entry ${buildId}`);
  await write(".next/static/chunks/app.1.js", "app");
  await write(".next/static/chunks/late.js", "late");
  await write(".next/static/chunks/pages/invoices/[id].js", "a page of the remote alone");
  await write(".next/static/css/app.css", ".app {}");
  await write(".next/static/media/logo.png", "png");
  await write(".next/static/ssr/remoteEntry.js", `server entry ${buildId}`);
}

async function artifactFiles(): Promise<string[]> {
  const root = path.join(dir, ".artifact");
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .toSorted();
}

it("packs a build into a release that the registry's contract accepts, with every file as it was built", async () => {
  const { folder, release } = await packBuild(dir);
  expect(releaseSchema.parse(JSON.parse(await readFile(path.join(folder, "release.json"), "utf8")))).toEqual(
    release,
  );
  expect(release).toMatchObject({
    remote: "billing",
    version: "1.2.0-3f9c2a1b",
    container: "billing_3f9c2a1b",
    browserEntry: "_next/static/chunks/remoteEntry.js",
    serverEntry: "_next/static/ssr/remoteEntry.js",
    exposes: { "./app": { scripts: ["_next/static/chunks/app.1.js"], styles: ["_next/static/css/app.css"] } },
  });
  for (const file of release.files) {
    const content = await readFile(path.join(folder, file.path));
    const built = await readFile(path.join(dir, file.path.replace("_next/", ".next/")));
    expect(content.equals(built), file.path).toBe(true);
    expect(file.bytes).toBe(content.length);
    expect(file.integrity).toBe(`sha384-${createHash("sha384").update(content).digest("base64")}`);
  }
  expect(await artifactFiles()).toEqual(
    [...release.files.map((file) => file.path), "release.json"].toSorted(),
  );
});

it("P8 records what it takes from the shell: by range, and by contract where a package ships one", async () => {
  expect((await packBuild(dir)).release).toMatchObject({
    shared: {
      react: "^19.3.1",
      "@acme/session": "^1.0.0",
      "@module-federation/webpack-bundler-runtime": "~2.9.2",
    },
    contracts: {},
  });
  const hash = "c".repeat(64);
  await write("node_modules/@acme/session/package.json", { name: "@acme/session" });
  await write("node_modules/@acme/session/contract.json", { useAcme: hash });
  expect((await packBuild(dir)).release).toMatchObject({
    shared: { react: "^19.3.1", "@acme/session": false },
    contracts: { "@acme/session#useAcme": hash },
  });
  await write("node_modules/@acme/session/contract.json", { useAcme: "of another kind" });
  await expect(packBuild(dir)).rejects.toMatchObject({ code: "build_invalid" });
});

it("leaves out source maps, build reports and what belongs to the remote's own server", async () => {
  for (const file of [
    "static/chunks/app.1.js.map",
    "static/css/app.css.map",
    "static/ssr/remoteEntry.js.map",
    "static/chunks/mf-stats.json",
    "static/3f9c2a1b/_buildManifest.js",
    "server/pages/index.js",
    "cache/webpack/0.pack",
  ]) {
    await write(`.next/${file}`, "left out");
  }
  const { release } = await packBuild(dir);
  expect(release.files.map((file) => file.path)).toEqual([
    "_next/static/chunks/app.1.js",
    "_next/static/chunks/late.js",
    "_next/static/chunks/pages/invoices/[id].js",
    "_next/static/chunks/remoteEntry.js",
    "_next/static/css/app.css",
    "_next/static/media/logo.png",
    "_next/static/ssr/remoteEntry.js",
  ]);
});

it("packing the same build twice gives the same release, byte for byte", async () => {
  await packBuild(dir);
  const first = await readFile(path.join(dir, ".artifact/release.json"), "utf8");
  await packBuild(dir);
  expect(await readFile(path.join(dir, ".artifact/release.json"), "utf8")).toBe(first);
});

it("a new build replaces the old artifact whole", async () => {
  await packBuild(dir);
  await rm(path.join(dir, ".next/static/media"), { recursive: true });
  await writeBuild("4a0d3b2c");
  await rm(path.join(dir, ".next/static/chunks/late.js"));
  await packBuild(dir);
  expect(await artifactFiles()).not.toContain("_next/static/chunks/late.js");
});

it("deploys the build that is there now, not an artifact left from an older one", async () => {
  await packBuild(dir);
  await writeBuild("4a0d3b2c");
  expect((await readArtifact(dir)).release.version).toBe("1.2.0-4a0d3b2c");
  await rm(path.join(dir, ".next"), { recursive: true });
  expect((await readArtifact(dir)).release.version).toBe("1.2.0-4a0d3b2c");
  expect((await readArtifact(path.join(dir, ".artifact"))).release.version).toBe("1.2.0-4a0d3b2c");
});

it.each<[string, () => Promise<void>, object]>([
  ["no build", () => rm(path.join(dir, ".next/BUILD_ID")), { code: "build_missing" }],
  ["no declaration", () => rm(path.join(dir, "mullion.remote.json")), { code: "build_missing" }],
  [
    "a build without federation",
    () => rm(path.join(dir, ".next/static/chunks/mf-manifest.json")),
    { code: "build_invalid" },
  ],
  ["two builds mixed", () => write(".next/BUILD_ID", "ffffffff"), { code: "build_invalid" }],
  [
    "an exposed chunk that was not built",
    () => rm(path.join(dir, ".next/static/chunks/app.1.js")),
    { code: "build_invalid", findings: [{ path: "_next/static/chunks/app.1.js" }] },
  ],
  [
    "no server entry",
    () => rm(path.join(dir, ".next/static/ssr"), { recursive: true }),
    { code: "build_invalid", findings: [{ path: "_next/static/ssr/remoteEntry.js" }] },
  ],
  [
    "a declaration with a mistake",
    () =>
      write("mullion.remote.json", {
        name: "billing",
        title: "Billing",
        routes: [{ path: "billing", expose: "./app" }],
      }),
    { code: "build_invalid", findings: [{ path: "routes.0.path" }] },
  ],
  [
    "a version that is none",
    () => write("package.json", { version: "next" }),
    { code: "build_invalid", findings: [{ path: "version" }] },
  ],
  [
    "a file name that no release may have",
    () => write(".next/static/chunks/pages/[...all].js", "x"),
    { code: "build_invalid", findings: [{ path: "_next/static/chunks/pages/[...all].js" }] },
  ],
])("refuses %s, names it, exits 2 and leaves no artifact", async (_name, spoil, expected) => {
  await spoil();
  await expect(packBuild(dir)).rejects.toMatchObject({ name: "CliError", exitCode: 2, ...expected });
  expect((await readdir(dir)).filter((name) => name.startsWith(".artifact"))).toEqual([]);
});
