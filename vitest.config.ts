import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const root = import.meta.dirname;
const folders = ["apps", "packages", "infra"]
  .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(parent, name)))
  .concat("bench", "e2e/clients")
  .filter((folder) => existsSync(join(root, folder, "package.json")));

/** One project per workspace, named like its package. A workspace that depends on jsdom is tested in a DOM. */
const projects = folders.map((folder) => {
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
  const dependencies = { ...manifest.dependencies, ...manifest.devDependencies };
  return {
    // Next.js keeps `jsx: preserve` in the tsconfig of its apps: it compiles JSX itself.
    oxc: { jsx: { runtime: "automatic" as const } },
    test: {
      name: manifest.name,
      root: join(root, folder),
      include: ["**/*.test.{ts,tsx}"],
      exclude: [
        "**/node_modules/**",
        "**/.next/**",
        "**/.next-dev/**",
        "**/.artifact/**",
        "**/dist/**",
        "**/templates/**",
      ],
      // Each of these files loads all of identity, and none keeps anything between tests that another could trip over.
      isolate: manifest.name !== "@mullion/client-guides",
      environment: "jsdom" in dependencies ? ("jsdom" as const) : ("node" as const),
    },
  };
});

export default defineConfig({
  test: {
    projects,
    globalSetup: [join(root, "infra/local/src/vitest-global-setup.ts")],
    // One per core: by default a machine of two would get one.
    maxWorkers: "100%",
    testTimeout: 20_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
