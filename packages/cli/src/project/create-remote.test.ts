import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { remoteManifestSchema } from "@mullion/contracts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createRemote } from "./create-remote.ts";

let workspace: string;

beforeEach(async () => {
  workspace = await mkdtemp(path.join(tmpdir(), "mullion-workspace-"));
  await mkdir(path.join(workspace, "apps/remote-user"), { recursive: true });
  const manifest = { name: "user", title: "Profile", routes: [{ path: "/user", expose: "./app" }] };
  await writeFile(path.join(workspace, "apps/remote-user/mullion.remote.json"), JSON.stringify(manifest));
});

afterEach(() => rm(workspace, { recursive: true }));

const read = (file: string): Promise<string> => readFile(path.join(workspace, "apps", file), "utf8");

it("P16 makes a whole remote: what declares it, its page, its own page, a test and its configuration", async () => {
  const { manifest, files } = await createRemote(workspace, { name: "billing" });
  expect(manifest).toMatchObject({ name: "billing", title: "Billing" });
  expect(files).toEqual([
    "mullion.remote.json",
    "next.config.mjs",
    "package.json",
    "pages/_app.tsx",
    "pages/index.tsx",
    "src/app.test.tsx",
    "src/app.tsx",
    "tsconfig.json",
    "turbo.json",
  ]);
  expect((await readdir(path.join(workspace, "apps"))).toSorted()).toEqual(["remote-billing", "remote-user"]);
});

it("fills in name, title and path everywhere", async () => {
  await createRemote(workspace, { name: "bills", title: "Bills and more", path: "/money/bills" });
  expect(
    remoteManifestSchema.parse(JSON.parse(await read("remote-bills/mullion.remote.json"))),
  ).toMatchObject({
    name: "bills",
    title: "Bills and more",
    routes: [{ path: "/money/bills", expose: "./app" }],
    navigation: [{ label: "Bills and more", path: "/money/bills" }],
  });
  expect(JSON.parse(await read("remote-bills/package.json"))).toMatchObject({
    name: "@mullion/remote-bills",
  });
  const files = await readdir(path.join(workspace, "apps/remote-bills"), {
    recursive: true,
    withFileTypes: true,
  });
  for (const file of files.filter((entry) => entry.isFile())) {
    const text = await readFile(path.join(file.parentPath, file.name), "utf8");
    expect(text, file.name).not.toMatch(/placeholder/i);
  }
});

it.each([
  ["a name that no registry takes", { name: "Billing!" }, "There can be no remote Billing!."],
  ["a folder that is there", { name: "user" }, "There is apps/remote-user already."],
  ["a path of another remote", { name: "bills", path: "/user" }, "/user belongs to user."],
  ["a path of the shell", { name: "signin" }, "/signin belongs to the shell."],
  [
    "a path below one of the shell",
    { name: "bills", path: "/api/bills" },
    "/api/bills belongs to the shell.",
  ],
  ["a title that would break the files", { name: "bills", title: '"}' }, '"} is no title to begin with.'],
])("refuses %s, and leaves nothing behind", async (_what, remote, message) => {
  const refused = createRemote(workspace, remote);
  await expect(refused).rejects.toMatchObject({ code: "usage", exitCode: 2, message });
  expect(await readdir(path.join(workspace, "apps"))).toEqual(["remote-user"]);
});
