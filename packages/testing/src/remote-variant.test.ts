import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Release } from "@mullion/contracts";
import { expect, it, onTestFinished } from "vitest";
import { createRemoteVariant } from "./remote-variant.ts";

const [entry, chunk, image, list] = [
  "_next/static/chunks/remoteEntry.js",
  "_next/static/chunks/app.js",
  "_next/static/media/a.png",
  "_next/static/chunks/integrity.json",
] as const;
const sri = (content: string | Buffer): string =>
  `sha384-${createHash("sha384").update(content).digest("base64")}`;

async function createArtifact(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "mullion-variant-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const contents = {
    [entry]: "self.billing_aaaaaa = 1",
    [chunk]: "console.log('fine')",
    [image]: "aaaaaa",
    [list]: JSON.stringify({ [chunk]: sri("console.log('fine')") }),
  };
  for (const [file, content] of Object.entries(contents)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), content);
  }
  const release: Release = {
    ...{ remote: "billing", version: "1.0.0-aaaaaa", container: "billing_aaaaaa" },
    ...{ browserEntry: entry, serverEntry: entry, exposes: { "./app": { scripts: [chunk], styles: [] } } },
    manifest: {
      ...{ name: "billing", title: "Billing", description: "", navigation: [], scopes: [] },
      routes: [{ path: "/billing", expose: "./app", roles: [], data: [] }],
    },
    ...{ shared: {}, contracts: {} },
    files: Object.entries(contents).map(([file, content]) => ({
      ...{ path: file, bytes: content.length, integrity: sri(content) },
    })),
  };
  await writeFile(path.join(folder, "release.json"), JSON.stringify(release));
  return folder;
}

it("makes a version of its own: another id in text and container, other hashes, nothing else touched", async () => {
  const artifact = await createArtifact();
  const into = path.join(artifact, "next");
  const edit = (file: string, text: string): string =>
    file === chunk ? text.replace("fine", "broken") : text;
  const release = await createRemoteVariant({ artifact, into, buildId: "bbbbbb", edit });
  expect(release).toMatchObject({ version: "1.0.0-bbbbbb", container: "billing_bbbbbb" });
  for (const { path: file, integrity, bytes } of release.files) {
    const content = await readFile(path.join(into, file));
    expect([file, sri(content), content.length]).toEqual([file, integrity, bytes]);
  }
  expect(await readFile(path.join(into, entry), "utf8")).toBe("self.billing_bbbbbb = 1");
  expect(await readFile(path.join(into, image), "utf8")).toBe("aaaaaa");
  expect(JSON.parse(await readFile(path.join(into, list), "utf8"))).toEqual({
    [chunk]: sri("console.log('broken')"),
  });
  expect(JSON.parse(await readFile(path.join(into, "release.json"), "utf8"))).toEqual(release);
});
