import { createHash } from "node:crypto";
import type { RemoteManifest } from "@mullion/contracts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { browserEntry, createRelease, serverEntry } from "../testing/release.ts";
import { startRegistry, type TestRegistry } from "../testing/start-registry.ts";

let registry: TestRegistry;

beforeAll(async () => {
  registry = await startRegistry();
});

afterAll(async () => {
  await registry.close();
});

/** Text that gzip can hardly make smaller than three quarters. */
function noise(bytes: number): string {
  let text = "";
  for (let at = 0; text.length < bytes; at += 1) {
    text += createHash("sha256").update(String(at)).digest("base64");
  }
  return text.slice(0, bytes);
}

async function publish(
  name: string,
  sizes: { entry: number; chunk: number },
  budget?: RemoteManifest["budget"],
): Promise<{ status: number; issues: { path: string; message: string }[] }> {
  const files = {
    [browserEntry]: noise(sizes.entry),
    [serverEntry]: noise(200_000),
    "_next/static/chunks/app.js": noise(sizes.chunk),
    "_next/static/chunks/later.js": noise(200_000),
    "_next/static/css/app.css": ".app {}",
  };
  const { release, blobs } = createRelease(name, "1.0.0-aaaaaa", {}, files);
  const manifest = { ...release.manifest, ...(budget === undefined ? {} : { budget }) };
  const response = await registry.publish({ release: { ...release, manifest }, blobs });
  const body = (await response.json()) as { issues?: { path: string; message: string }[] };
  return { status: response.status, issues: body.issues ?? [] };
}

it("takes what is within the platform's limits after gzip; the server's files and later chunks do not count", async () => {
  // The entry is over the limit as it is, and under it as it travels.
  expect(await publish("light", { entry: 24_000, chunk: 20_000 })).toMatchObject({ status: 201 });
});

it("P8 refuses what is over the platform's limits, with the size and the limit", async () => {
  const { status, issues } = await publish("heavy", { entry: 40_000, chunk: 60_000 });
  expect(status).toBe(422);
  expect(issues.map(({ path }) => path)).toEqual(["budget.entryBytes", "budget.firstPaintBytes"]);
  expect(issues[0]?.message).toMatch(
    /remoteEntry\.js weighs \d+ bytes after gzip, the platform's limit is 20000: make it smaller/,
  );
  expect(issues[1]?.message).toMatch(/what the first page of \.\/app loads weighs \d+ bytes/);
});

it("P8 holds a remote to the budget that it declares, which may not be more than the platform's", async () => {
  const tight = await publish("tight", { entry: 8_000, chunk: 8_000 }, { entryBytes: 2_000 });
  expect(tight.issues.map(({ message }) => message)).toEqual([
    expect.stringContaining("its own budget (manifest.budget.entryBytes) is 2000"),
  ]);
  const generous = await publish("generous", { entry: 40_000, chunk: 2_000 }, { entryBytes: 900_000 });
  expect(generous.issues[0]?.message).toContain("the platform's limit is 20000");
});
