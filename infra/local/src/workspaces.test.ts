import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { repositoryRoot } from "./places.ts";

const manifestSchema = z.object({
  name: z.string(),
  private: z.literal(true),
  license: z.literal("MIT"),
  type: z.literal("module"),
  scripts: z.record(z.string(), z.string()),
});
const turboSchema = z.object({ extends: z.tuple([z.literal("//")]), tags: z.array(z.string()).length(1) });

function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(repositoryRoot, ...path), "utf8"));
}

const workspaces = ["apps", "packages", "infra"]
  .flatMap((parent) => readdirSync(join(repositoryRoot, parent)).map((name) => join(parent, name)))
  .concat("bench", "e2e", "e2e/clients")
  .filter((folder) => existsSync(join(repositoryRoot, folder, "package.json")));

const rootTurbo = z
  .object({ boundaries: z.object({ tags: z.record(z.string(), z.unknown()) }) })
  .parse(readJson("turbo.json"));

describe.each(workspaces)("workspace %s", (folder) => {
  it("is private, MIT, an ES module, and can be linted, type-checked and tested by itself", () => {
    const { name, scripts } = manifestSchema.parse(readJson(folder, "package.json"));
    expect(name).toMatch(/^@mullion\/[a-z0-9-]+$/);
    const lint = "eslint --max-warnings 0 .";
    expect(scripts).toMatchObject({ typecheck: "tsc", lint, test: expect.any(String) as unknown });
  });

  it("has one tag whose imports the boundaries know", () => {
    const { tags } = turboSchema.parse(readJson(folder, "turbo.json"));
    expect(Object.keys(rootTurbo.boundaries.tags)).toContain(tags[0]);
  });

  it("is checked as strictly as every other", () => {
    const { extends: base } = z.object({ extends: z.string() }).parse(readJson(folder, "tsconfig.json"));
    expect(base).toMatch(/\/tsconfig\.(base|browser)\.json$/);
  });
});

it("S0.1 NextAuth is a dependency of the shell, and of nothing else that runs", () => {
  const dependenciesSchema = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });
  const users = workspaces.filter((folder) => {
    const { dependencies } = dependenciesSchema.parse(readJson(folder, "package.json"));
    return Object.hasOwn(dependencies, "next-auth");
  });
  // The second holds the guides for other applications, which the tests run.
  expect(users.filter((folder) => folder !== "e2e/clients")).toEqual([join("apps", "shell")]);
});
