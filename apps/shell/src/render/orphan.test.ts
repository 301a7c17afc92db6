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

describe("render", () => {
  it("does not outlive a front that is killed while render starts", async () => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", front, main], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
    await once(child, "close");
    const pid = Buffer.concat(said).toString();
    expect(pid).toMatch(/^\d+$/);
    await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 20_000 }).toBe(false);
  }, 30_000);
});
