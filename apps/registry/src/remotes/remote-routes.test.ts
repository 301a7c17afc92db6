import { rename } from "node:fs/promises";
import path from "node:path";
import { remoteListSchema } from "@mullion/contracts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createRelease } from "../testing/release.ts";
import { startRegistry, type TestRegistry } from "../testing/start-registry.ts";

let registry: TestRegistry;
const [first, second] = [createRelease("user", "1.0.0-aaaaaa"), createRelease("user", "1.0.0-bbbbbb")];

beforeAll(async () => {
  registry = await startRegistry();
  for (const release of [first, second]) await registry.publish(release);
  await registry.promote(first);
});

afterAll(async () => {
  await registry.close();
});

async function list(query = ""): Promise<unknown> {
  const response = await registry.send("GET", `/registry/remotes${query}`, { scopes: ["registry:read"] });
  return remoteListSchema.parse(await response.json());
}

it("lists what is live with all published versions, newest first", async () => {
  expect(await list()).toMatchObject({
    remotes: [
      {
        name: "user",
        liveVersion: first.release.version,
        artifact: "complete",
        promotedBy: "deployer",
        versions: [{ version: second.release.version }, { version: first.release.version }],
      },
    ],
  });
  expect(await list("?channel=preview")).toEqual({ remotes: [] });
});

it("says that an artifact is missing while one of its files is, and complete when it is back", async () => {
  const [hash = ""] = [...first.blobs.keys()];
  const stored = path.join(registry.artifactsDir, hash.slice(0, 2), hash.slice(2, 4), hash);
  await rename(stored, `${stored}.away`);
  expect(await list()).toMatchObject({ remotes: [{ artifact: "missing" }] });
  await rename(`${stored}.away`, stored);
  expect(await list()).toMatchObject({ remotes: [{ artifact: "complete" }] });
});

it("S4.2 answers 401 without a token and 403 without the scope", async () => {
  expect((await registry.send("GET", "/registry/remotes", { scopes: null })).status).toBe(401);
  expect((await registry.send("GET", "/registry/remotes", { scopes: ["registry:publish"] })).status).toBe(
    403,
  );
});
