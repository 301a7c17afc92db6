import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { apiRoutes } from "@mullion/contracts";
import { expect, it, onTestFinished } from "vitest";
import { loadRoutes } from "./load-routes.ts";

async function manifest(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mullion-routes-"));
  onTestFinished(async () => rm(folder, { recursive: true }));
  const path = join(folder, "routes.mjs");
  await writeFile(path, content);
  return path;
}

const common = `method: "GET", timeoutMs: 1000, bodyLimitBytes: 0, auth: "jwt", upstream: "profile",
  audience: "urn:x:api", scope: "profile:read"`;

it("serves the platform's own routes unless told otherwise", async () => {
  expect(await loadRoutes(undefined)).toBe(apiRoutes);
});

it("takes a list of routes and fills in the defaults", async () => {
  const path = await manifest(`export default [{ id: "things", path: "/things", ${common} }]`);
  expect(await loadRoutes(path)).toMatchObject([
    { id: "things", transport: "http", accepts: ["application/json"] },
  ]);
});

it("takes the manifest of the Django example, which was checked already", async () => {
  const path = fileURLToPath(import.meta.resolve("@mullion/django-backend/routes"));
  expect((await loadRoutes(path)).map(({ id }) => id)).toEqual(
    expect.arrayContaining(["me.read", "session.devices"]),
  );
});

it("refuses an unsafe manifest with the entry named, and a module that has none", async () => {
  const unsafe = await manifest(`export default [{ id: "things", path: "/things/*", ${common} }]`);
  await expect(loadRoutes(unsafe)).rejects.toThrow("route 1 (things): path:");
  await expect(loadRoutes(await manifest(`export const routes = []`))).rejects.toThrow("default");
});
