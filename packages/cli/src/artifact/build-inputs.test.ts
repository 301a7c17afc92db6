import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../../../..");
const packers = ["pack.ts", "read-build.ts", "read-contracts.ts"];

interface Plan {
  readonly tasks: readonly { readonly taskId: string; readonly inputs: Readonly<Record<string, string>> }[];
}

it("a remote is built again when what packs it has changed: the same version never means another release", async () => {
  const turbo = path.join(root, "node_modules/.bin/turbo");
  const args = ["run", "build", "--filter=./apps/remote-*", "--dry=json"];
  const { stdout } = await promisify(execFile)(turbo, args, { cwd: root });
  const { tasks } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as Plan;
  const builds = tasks.filter(({ taskId }) => taskId.startsWith("@mullion/remote-"));
  expect(builds.length).toBeGreaterThanOrEqual(4);
  for (const { taskId, inputs } of builds) {
    const files = Object.keys(inputs).map((file) => path.basename(file));
    expect(files, taskId).toEqual(expect.arrayContaining(packers));
    expect(files.filter((file) => file.includes(".test."))).toEqual([]);
  }
});

it("so is one that was made from the template", async () => {
  const remotes = (await readdir(path.join(root, "apps"))).filter((name) => name.startsWith("remote-"));
  const template = await readFile(path.join(root, "packages/cli/templates/remote/turbo.json"), "utf8");
  for (const remote of remotes) {
    expect(await readFile(path.join(root, "apps", remote, "turbo.json"), "utf8"), remote).toBe(template);
  }
});
