import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { resolveConnection } from "../connection.ts";
import { readProjectSettings } from "./settings.ts";

let project: string;

beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), "mullion-project-"));
  await mkdir(path.join(project, ".mullion"));
  await mkdir(path.join(project, "apps/remote-billing"), { recursive: true });
});

afterEach(() => rm(project, { recursive: true }));

const local = {
  registry: "http://localhost:4300",
  issuer: "http://localhost:4000",
  shell: "http://localhost:3000",
};
const write = (name: string, content: unknown): Promise<void> =>
  writeFile(path.join(project, name), JSON.stringify(content));

it("needs no option inside a clone whose platform runs", async () => {
  await write(".mullion/local.json", local);
  expect(readProjectSettings(path.join(project, "apps/remote-billing"))).toEqual(local);
});

it("a folder of keys is meant beside the file that names it, wherever the command is given", async () => {
  await write("mullion.json", { ...local, keys: "keys" });
  expect(readProjectSettings(path.join(project, "apps/remote-billing")).keys).toBe(
    path.join(project, "keys"),
  );
});

it("prefers the project's own file, options and variables before it", async () => {
  await write(".mullion/local.json", local);
  await write("mullion.json", { registry: "https://registry.example", issuer: "https://identity.example" });
  vi.spyOn(process, "cwd").mockReturnValue(project);
  for (const name of ["REGISTRY", "ISSUER", "CLIENT_ID", "CLIENT_SECRET"])
    vi.stubEnv(`MULLION_${name}`, undefined);
  expect(resolveConnection({})).toEqual({
    registry: "https://registry.example",
    issuer: "https://identity.example",
    clientId: "mullion-cli",
  });
  vi.stubEnv("MULLION_ISSUER", "https://other.example");
  vi.stubEnv("MULLION_CLIENT_ID", "ci");
  vi.stubEnv("MULLION_CLIENT_SECRET", "secret");
  expect(resolveConnection({ registry: "https://option.example" })).toEqual({
    registry: "https://option.example",
    issuer: "https://other.example",
    clientId: "ci",
    clientSecret: "secret",
  });
});

it("lists everything that is not known, and where it may come from", () => {
  vi.spyOn(process, "cwd").mockReturnValue(project);
  for (const name of ["REGISTRY", "ISSUER", "CLIENT_ID", "CLIENT_SECRET"])
    vi.stubEnv(`MULLION_${name}`, undefined);
  expect(() => resolveConnection({})).toThrow(
    "Not known: the registry (--registry, MULLION_REGISTRY), the issuer (--issuer, MULLION_ISSUER).",
  );
});

it("names the file and the field that is wrong", async () => {
  await write("mullion.json", { registry: "registry.example" });
  expect(() => readProjectSettings(project)).toThrow(
    expect.objectContaining({
      message: `${path.join(project, "mullion.json")} is not valid.`,
      findings: [expect.objectContaining({ path: "registry" })],
    }) as Error,
  );
});
