import { expect, it } from "vitest";
import { type AppContext, type AppSpec, appSpecs, type ShellCount } from "./apps.ts";
import { portsFrom } from "./ports.ts";

function specsWith(shells: ShellCount, overrides: AppContext["overrides"] = {}): AppSpec[] {
  const keys = {} as AppContext["secrets"];
  const database = "postgres://127.0.0.1/db";
  return appSpecs("/repository", {
    ports: portsFrom(3000),
    secrets: keys,
    databases: {
      identity: database,
      registry: database,
      "service-profile": database,
      "service-insights": database,
    },
    redisUrl: "redis://127.0.0.1",
    clientsFile: "clients.json",
    seedFile: "seed.json",
    artifactsDir: "artifacts",
    rootKeys: "{}",
    issuer: "http://localhost:4000",
    shells,
    overrides,
  });
}

const shellsOf = (specs: AppSpec[]): AppSpec[] => specs.filter(({ folder }) => folder.endsWith("/shell"));

it("there is one front unless more are asked for", () => {
  expect(shellsOf(specsWith(1)).map(({ name }) => name)).toEqual(["shell"]);
});

it("three fronts differ in their port alone, and each gets the shell's overrides", () => {
  const shells = shellsOf(specsWith(3, { shell: { SESSION_TTL_SECONDS: "90" }, identity: { PORT: "1" } }));
  expect(shells.map(({ name, env }) => [name, env["PORT"]])).toEqual([
    ["shell", "3000"],
    ["shell-2", "3010"],
    ["shell-3", "3020"],
  ]);
  const [first, ...others] = shells.map(({ env: { PORT: _, ...shared } }) => shared);
  expect(first).toMatchObject({ SHELL_ORIGIN: "http://localhost:3000", SESSION_TTL_SECONDS: "90" });
  for (const other of others) expect(other).toEqual(first);
});
