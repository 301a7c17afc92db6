import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { connectionCount } from "../bridge/messages.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
// A front that starts render, says its process id and is killed before render has loaded anything.
const front = `
  import { spawn } from "node:child_process";
  const stdio = ["ignore", "ignore", "ignore", ...new Array(1 + ${connectionCount}).fill("pipe")];
  const render = spawn(process.execPath, [process.argv[1]], { stdio, detached: true });
  render.once("spawn", () => process.stdout.write(String(render.pid), () => process.kill(process.pid, "SIGKILL")));
`;
const testPages = new URL("../front/render/hostile/test-pages.ts", import.meta.url).href;
// One that is killed while a remote loops in render, long before it would end render itself.
const frontOfLooping = `
  import { entryOf, startTestPages } from ${JSON.stringify(testPages)};
  const pages = await startTestPages({ stuckAfterMs: 600_000 });
  await pages.render.connect();
  const loop = '(() => { process.stdout.write("looping\\\\n"); for (;;); })()';
  pages.open(pages.publish("hostile", "1.0.0-aaaaaa", (name) => entryOf(name, { draw: loop })));
  setInterval(() => {
    if (!pages.lines.some((line) => line.includes("looping"))) return;
    process.stdout.write(String(pages.render.pid()), () => process.kill(process.pid, "SIGKILL"));
  }, 20);
`;

/** Runs a front until it is killed; returns the process id of its render. */
async function runUntilKilled(code: string): Promise<string> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", code, main], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  await once(child, "close");
  return Buffer.concat(said).toString();
}

describe("render", { timeout: 60_000 }, () => {
  it.each([
    ["while render starts", front],
    ["while a remote loops", frontOfLooping],
  ])("does not outlive a front that is killed %s", async (_when, code) => {
    const pid = await runUntilKilled(code);
    expect(pid).toMatch(/^\d+$/);
    try {
      await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 20_000 }).toBe(false);
    } finally {
      if (existsSync(`/proc/${pid}`)) process.kill(Number(pid), "SIGKILL");
    }
  });
});
