import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import webpack from "webpack";
import { RemoteFilesPlugin } from "./remote-files-plugin.ts";

describe("build of a remote", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), "mullion-files-"));
    await writeFile(path.join(dir, "entry.js"), 'globalThis.later = () => import("./later.js");');
    await writeFile(path.join(dir, "later.js"), "export default 7;");
    const compiler = webpack({
      context: dir,
      mode: "production",
      entry: "./entry.js",
      output: {
        path: path.join(dir, "out"),
        filename: "static/chunks/remoteEntry.js",
        chunkFilename: "static/chunks/[id].[contenthash].js",
      },
      plugins: [new RemoteFilesPlugin()],
    });
    await new Promise<void>((resolve, reject) => {
      compiler.run((error) => {
        if (error) reject(error);
        else compiler.close(() => resolve());
      });
    });
  });
  afterAll(async () => {
    await rm(dir, { recursive: true });
  });

  it("P5 lists the hash of every script as it lies on the disk", async () => {
    const file = path.join(dir, "out/static/chunks/integrity.json");
    const list = JSON.parse(await readFile(file, "utf8")) as Record<string, string>;
    expect(Object.keys(list)).toHaveLength(2);
    for (const [name, hash] of Object.entries(list)) {
      const content = await readFile(path.join(dir, "out", name.replace("_next/", "")));
      expect(hash, name).toBe(`sha384-${createHash("sha384").update(content).digest("base64")}`);
    }
  });

  it("has the host load its chunks, by their URL", async () => {
    const entry = await readFile(path.join(dir, "out/static/chunks/remoteEntry.js"), "utf8");
    const asked: string[] = [];
    const page = {
      self: {},
      document: {
        currentScript: {
          tagName: "SCRIPT",
          src: "https://files.test/billing/1/static/chunks/remoteEntry.js",
        },
        getElementsByTagName: () => [],
      },
      __MULLION_HOST__: { files: { loadChunk: (url: string) => asked.push(url) } },
    };
    runInNewContext(`${entry}\nlater();`, page);
    expect(asked).toEqual([
      expect.stringMatching(/^https:\/\/files\.test\/billing\/1\/static\/chunks\/.+\.js$/),
    ]);
  });
});
