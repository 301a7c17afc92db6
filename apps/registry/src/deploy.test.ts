import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type Deployment, deploy } from "@mullion/cli";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRelease } from "./testing/release.ts";
import { startRegistry, type TestRegistry } from "./testing/start-registry.ts";

const bin = fileURLToPath(new URL("../node_modules/@mullion/cli/bin/mullion.ts", import.meta.url));
let registry: TestRegistry;
let folder: string;

beforeAll(async () => {
  registry = await startRegistry();
  folder = await mkdtemp(path.join(tmpdir(), "mullion-deploy-"));
});

afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

/** Writes a release as `mullion pack` would, and gives its folder. */
async function writeArtifact(remote: string, version: string): Promise<string> {
  const { release, blobs } = createRelease(remote, version);
  const dir = path.join(folder, `${remote}-${version}`);
  const contents = [...blobs.values()];
  for (const [at, file] of release.files.entries()) {
    const target = path.join(dir, file.path);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, contents[at] ?? "");
  }
  await writeFile(path.join(dir, "release.json"), JSON.stringify(release));
  return dir;
}

function deployAs(dir: string): Promise<Deployment> {
  const client = { clientId: "mullion-deploy", clientSecret: "not-checked-here" };
  return deploy({ dir, registry: registry.url, issuer: registry.issuer.url, ...client });
}

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function mullion(...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [bin, ...args], {
    env: {
      MULLION_REGISTRY: registry.url,
      MULLION_ISSUER: registry.issuer.url,
      MULLION_CLIENT_ID: "mullion-deploy",
      MULLION_CLIENT_SECRET: "not-checked-here",
    },
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}

it("a deployed remote is live; deploying it again uploads nothing and changes nothing", async () => {
  const dir = await writeArtifact("user", "1.0.0-aaaaaa");
  expect(await deployAs(dir)).toMatchObject({ files: 5, uploadedFiles: 5, change: { revision: 1 } });
  expect(await deployAs(dir)).toMatchObject({ files: 5, uploadedFiles: 0, change: { revision: 1 } });
});

it("uploads only the files that the registry lost, and heals the version by it", async () => {
  const dir = await writeArtifact("healed", "1.0.0-aaaaaa");
  await deployAs(dir);
  const [hash = ""] = [...createRelease("healed", "1.0.0-aaaaaa").blobs.keys()];
  await rm(path.join(registry.artifactsDir, hash.slice(0, 2), hash.slice(2, 4), hash));
  expect(await deployAs(dir)).toMatchObject({ uploadedFiles: 1 });
});

it("P2 the command line deploys, lists, rolls back and promotes, with JSON for scripts", async () => {
  const [older, newer] = ["1.0.0-aaaaaa", "1.1.0-bbbbbb"] as const;
  for (const version of [older, newer]) {
    const done = await mullion("deploy", await writeArtifact("billing", version), "--json");
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(done.stdout)).toMatchObject({ version, change: { channel: "production" } });
  }
  const versions = await mullion("versions", "billing", "--json");
  expect(JSON.parse(versions.stdout)).toMatchObject({ versions: [{ version: newer }, { version: older }] });

  const back = await mullion("rollback", "billing");
  expect(back).toMatchObject({ code: 0, stdout: `✓ billing in production: ${newer} → ${older}\n` });
  expect((await mullion("status")).stdout).toMatch(new RegExp(`billing +${older} +complete`));
  const forward = await mullion("promote", `billing@${newer}`);
  expect(forward).toMatchObject({ code: 0, stdout: expect.stringContaining(`before: ${older}`) as string });
});

it("publishes without promoting when asked to", async () => {
  const dir = await writeArtifact("shy", "1.0.0-aaaaaa");
  expect((await mullion("deploy", dir, "--no-promote")).code).toBe(0);
  expect((await mullion("status")).stdout).not.toContain("shy");
});

it("says what the registry refused, and exits 1", async () => {
  const dir = await writeArtifact("spoiled", "1.0.0-aaaaaa");
  const { release } = createRelease("spoiled", "1.0.0-aaaaaa", { browserEntry: "none.js" });
  await writeFile(path.join(dir, "release.json"), JSON.stringify(release));
  const refused = await mullion("deploy", dir);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("browserEntry: none.js is not among the files");
  const unknown = await mullion("promote", "spoiled@9.9.9-cccccc", "--json");
  expect(unknown.code).toBe(1);
  expect(JSON.parse(unknown.stdout)).toMatchObject({
    error: { code: "refused", problemCode: "version_unknown" },
  });
});

it("refuses a file that was changed after packing: its bytes no longer have the listed hash", async () => {
  const dir = await writeArtifact("altered", "1.0.0-aaaaaa");
  await writeFile(path.join(dir, "_next/static/chunks/app.js"), "alert(1)");
  const refused = await mullion("deploy", dir, "--json");
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { problemCode: "integrity_mismatch" } });
});
