import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type Deployment, deploy } from "@mullion/cli";
import { publicKeyOf } from "@mullion/release-signing";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createRelease } from "./testing/release.ts";
import { startRegistry, type TestRegistry } from "./testing/start-registry.ts";

const bin = fileURLToPath(new URL("../node_modules/@mullion/cli/bin/mullion.ts", import.meta.url));
// Each command is a process of its own.
vi.setConfig({ testTimeout: 60_000 });

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

const delegated = new Set<string>();

async function deployAs(dir: string, remote: string): Promise<Deployment> {
  const client = { clientId: "mullion-deploy", clientSecret: "not-checked-here" };
  if (!delegated.has(remote)) await registry.delegate(remote);
  delegated.add(remote);
  const signingKey = await registry.trust.keyOf(remote);
  return deploy({ dir, registry: registry.url, issuer: registry.issuer.url, ...client, signingKey });
}

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function mullion(...args: string[]): Promise<Outcome> {
  return mullionWith({}, ...args);
}

/** Puts the key of the remote's team, which the registry then knows, into a file. */
async function writeKey(remote: string): Promise<string> {
  await registry.delegate(remote);
  const file = path.join(folder, `${remote}.jwk`);
  await writeFile(file, JSON.stringify(await registry.trust.keyOf(remote)));
  return file;
}

async function mullionWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [bin, ...args], {
    env: {
      MULLION_REGISTRY: registry.url,
      MULLION_ISSUER: registry.issuer.url,
      MULLION_CLIENT_ID: "mullion-deploy",
      MULLION_CLIENT_SECRET: "not-checked-here",
      XDG_CONFIG_HOME: path.join(folder, "config"),
      ...env,
    },
    cwd: folder,
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { code, stdout, stderr };
}

it("a deployed remote is live; deploying it again uploads nothing and changes nothing", async () => {
  const dir = await writeArtifact("user", "1.0.0-aaaaaa");
  expect(await deployAs(dir, "user")).toMatchObject({ files: 5, uploadedFiles: 5, change: { revision: 1 } });
  expect(await deployAs(dir, "user")).toMatchObject({ files: 5, uploadedFiles: 0, change: { revision: 1 } });
});

it("uploads only the files that the registry lost, and heals the version by it", async () => {
  const dir = await writeArtifact("healed", "1.0.0-aaaaaa");
  await deployAs(dir, "healed");
  const [hash = ""] = [...createRelease("healed", "1.0.0-aaaaaa").blobs.keys()];
  await rm(path.join(registry.artifactsDir, hash.slice(0, 2), hash.slice(2, 4), hash));
  expect(await deployAs(dir, "healed")).toMatchObject({ uploadedFiles: 1 });
});

it("P2 the command line deploys, lists, rolls back and promotes, with JSON for scripts", async () => {
  const [older, newer] = ["1.0.0-aaaaaa", "1.1.0-bbbbbb"] as const;
  for (const version of [older, newer]) {
    const artifact = await writeArtifact("billing", version);
    const done = await mullion("deploy", artifact, "--key", await writeKey("billing"), "--json");
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

it("P2 a pipeline that deploys once more does not make live what was rolled back meanwhile; promote does", async () => {
  const [older, newer] = ["1.0.0-aaaaaa", "1.1.0-bbbbbb"] as const;
  for (const version of [older, newer]) await deployAs(await writeArtifact("undone", version), "undone");
  expect((await mullion("rollback", "undone")).code).toBe(0);
  const key = ["--key", await writeKey("undone")];
  const again = await mullion("deploy", await writeArtifact("undone", newer), ...key);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain(`mullion promote undone@${newer}`);
  expect((await mullion("status")).stdout).toMatch(new RegExp(`undone +${older} `));
  expect((await mullion("promote", `undone@${newer}`)).code).toBe(0);
  expect((await mullion("status")).stdout).toMatch(new RegExp(`undone +${newer} `));
});

it("publishes without promoting when asked to", async () => {
  const dir = await writeArtifact("shy", "1.0.0-aaaaaa");
  const env = { MULLION_SIGNING_KEY: await writeKey("shy") };
  expect((await mullionWith(env, "deploy", dir, "--no-promote")).code).toBe(0);
  expect((await mullion("status")).stdout).not.toContain("shy");
});

it("says what the registry refused, and exits 1", async () => {
  const dir = await writeArtifact("spoiled", "1.0.0-aaaaaa");
  const { release } = createRelease("spoiled", "1.0.0-aaaaaa", { browserEntry: "none.js" });
  await writeFile(path.join(dir, "release.json"), JSON.stringify(release));
  const refused = await mullion("deploy", dir, "--key", await writeKey("spoiled"));
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
  const refused = await mullion("deploy", dir, "--key", await writeKey("altered"), "--json");
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { problemCode: "integrity_mismatch" } });
});

it("P2 a team makes a key, the operator delegates it, and deploy finds it by itself", async () => {
  const dir = await writeArtifact("payments", "1.0.0-aaaaaa");
  const before = await mullion("deploy", dir);
  expect(before).toMatchObject({ code: 2 });
  expect(before.stderr).toContain("No key on this machine may sign payments.");

  const created = await mullion("keys", "create", "payments", "--json");
  expect(created).toMatchObject({ code: 0, stderr: "" });
  const { file, thumbprint } = JSON.parse(created.stdout) as { file: string; thumbprint: string };
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(created.stdout, "the private half is not shown").not.toContain('"d"');
  expect((await mullion("keys", "create", "payments")).stderr).toContain("There is a key in");

  const root = path.join(folder, "root.jwk");
  await writeFile(root, JSON.stringify(registry.trust.rootKey));
  const order = ["--remotes", "payments,invoices", "--team", "Payments", "--root-key", root, "--days", "20"];
  expect(await mullion("keys", "delegate", "payments", ...order)).toMatchObject({ code: 0, stderr: "" });
  const listed = await mullion("keys", "list");
  expect(listed.stdout).toMatch(new RegExp(`${thumbprint} +Payments +payments, invoices`));

  const done = await mullion("deploy", dir);
  expect(done.code).toBe(0);
  expect(done.stdout).toMatch(/its key may sign until \d{4}-\d\d-\d\d: have it delegated again/);
  const revoked = await mullion("keys", "revoke", thumbprint);
  expect(revoked.code).toBe(0);
  expect(revoked.stdout).toContain("! payments@1.0.0-aaaaaa is shown in production no more.");
  const after = await mullion("deploy", await writeArtifact("payments", "1.0.0-bbbbbb"));
  expect(after.stderr).toContain("No key on this machine may sign payments.");
});

it("P2 a delegation that was signed where the root key is gets registered from elsewhere", async () => {
  const root = path.join(folder, "offline-root.jwk");
  await writeFile(root, JSON.stringify(registry.trust.rootKey));
  const key = JSON.stringify(publicKeyOf(await registry.trust.keyOf("offline")));
  const publicFile = path.join(folder, "offline.public.jwk");
  await writeFile(publicFile, key);
  const delegation = path.join(folder, "offline.jws");
  const order = ["--remotes", "offline", "--team", "Offline", "--root-key", root, "--out", delegation];
  const signed = await mullionWith(
    { MULLION_REGISTRY: "http://127.0.0.1:9" },
    "keys",
    "delegate",
    publicFile,
    ...order,
  );
  expect(signed).toMatchObject({ code: 0, stderr: "" });
  expect(await mullion("keys", "register", delegation)).toMatchObject({ code: 0, stderr: "" });
  expect((await mullion("keys", "list")).stdout).toContain("Offline");
});

it("P2 an artifact that was signed elsewhere is deployed without a key; one that was changed since is not", async () => {
  const dir = await writeArtifact("carried", "1.0.0-aaaaaa");
  const { release } = createRelease("carried", "1.0.0-aaaaaa");
  await registry.delegate("carried");
  await writeFile(path.join(dir, "release.jws"), JSON.stringify(await registry.trust.sign(release)));
  expect(await mullion("deploy", dir)).toMatchObject({ code: 0 });
  await writeFile(
    path.join(dir, "release.json"),
    JSON.stringify({ ...release, shared: { react: "^1.0.0" } }),
  );
  const refused = await mullion("deploy", dir);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("is the signature of another release");
});

it("SEC-53 publishers are listed, added and removed from the command line; others are refused", async () => {
  const dir = await writeArtifact("owned", "1.0.0-aaaaaa");
  await mullion("deploy", dir, "--key", await writeKey("owned"));
  expect((await mullion("publishers", "add", "owned", "ci-owned", "--name", "CI")).code).toBe(0);
  expect((await mullion("publishers", "list", "owned")).stdout).toMatch(/ci-owned +CI/);
  const removed = await mullion("publishers", "remove", "owned", "ci-owned", "--json");
  expect(JSON.parse(removed.stdout)).toMatchObject({ publishers: [{ subject: "mullion-deploy" }] });
  const alone = await mullion("publishers", "remove", "owned", "mullion-deploy");
  expect(alone.stderr).toContain("Add another one first");
});
