/**
 * First step of every command. Runs on any Node >= 20 with npm and nothing installed: brings the pinned Node and pnpm,
 * installs the dependencies when they changed, and hands over to `src/cli.ts` on the pinned Node.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const startedAt = Date.now();
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const state = join(root, ".mullion");
const tools = join(state, "tools");
const toolsBin = join(tools, "node_modules/.bin");
const logFile = join(state, "logs/bootstrap.log");

/** @param {string} path */
const read = (path) => readFileSync(join(root, path), "utf8");

const versions = {
  node: read(".node-version").trim(),
  pnpm: String(JSON.parse(read("package.json")).packageManager).replace("pnpm@", ""),
};

/** @param {string} message */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (Number(process.versions.node.split(".")[0]) < 20) {
  fail(`Node >= 20 is needed to start; this is ${process.version} (${process.execPath}).`);
}
if (process.platform !== "linux" || process.arch !== "x64") {
  fail(`Linux on x64 is needed; this is ${process.platform} on ${process.arch}.`);
}

/**
 * Runs one step, shows how long it took, and ends with the reason when it fails.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 */
async function step(name, command, args) {
  const from = Date.now();
  const took = () => `${((Date.now() - from) / 1000).toFixed(1)} s`.padStart(8);
  const notice = setTimeout(
    () => process.stdout.write(`  … ${name.padEnd(16)} still running, log: ${logFile}\n`),
    4000,
  );
  const { code, output } = await run(command, args);
  clearTimeout(notice);
  if (code === 0) {
    process.stdout.write(`  ✓ ${name.padEnd(16)} ${took()}\n`);
    return;
  }
  const end = output.trimEnd().split("\n").slice(-15).join("\n");
  process.stdout.write(`  ✗ ${name.padEnd(16)} ${took()}\n`);
  release();
  fail(`\n${command} ${args.join(" ")} ended with ${code}\n${end}\nLog: ${logFile}`);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<{ code: number | string, output: string }>}
 */
function run(command, args) {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile, { flags: "a" });
  log.write(`$ ${command} ${args.join(" ")}\n`);
  let output = "";
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: environment(), stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
        log.write(text);
      });
    }
    child.once("error", (error) => resolve({ code: String(error), output }));
    child.once("close", (code, signal) => resolve({ code: code ?? signal ?? 1, output }));
  });
}

function environment() {
  // CI: pnpm must not ask. Outside of it a removed node_modules would be a question without anybody to answer.
  return {
    ...process.env,
    PATH: `${toolsBin}:${process.env["PATH"] ?? ""}`,
    CI: process.env["CI"] ?? "true",
  };
}

function toolsAreThere() {
  const marker = join(tools, "versions.json");
  return (
    existsSync(marker) &&
    readFileSync(marker, "utf8") === JSON.stringify(versions) &&
    existsSync(join(toolsBin, "node")) &&
    existsSync(join(toolsBin, "pnpm"))
  );
}

/** What the installed dependencies depend on, as one hash. */
function dependencyHash() {
  const hash = createHash("sha256").update(JSON.stringify(versions));
  const workspaces = ["apps", "packages", "infra"].flatMap((parent) =>
    existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => join(parent, name)) : [],
  );
  const manifests = ["", "e2e", "bench", ...workspaces.sort()].map((folder) => join(folder, "package.json"));
  for (const path of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc", ...manifests]) {
    if (existsSync(join(root, path))) hash.update(path).update(read(path));
  }
  return hash.digest("hex");
}

const stamp = join(state, "installed");
/** @param {string} hash */
const isInstalled = (hash) =>
  existsSync(join(root, "node_modules/.modules.yaml")) &&
  existsSync(stamp) &&
  readFileSync(stamp, "utf8") === hash;

const lock = join(state, "bootstrap.lock");
let holdsLock = false;

/** Two commands at once must not install into the same folder. The lock of a process that has gone does not count. */
async function acquire() {
  mkdirSync(state, { recursive: true });
  for (let told = false; ; ) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      holdsLock = true;
      return;
    } catch {
      const owner = existsSync(lock) ? readFileSync(lock, "utf8") : "";
      if (owner !== "" && !existsSync(`/proc/${owner}`)) rmSync(lock, { force: true });
      else if (!told) {
        process.stdout.write(`  … waiting for process ${owner}, which installs the same\n`);
        told = true;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function release() {
  if (holdsLock) rmSync(lock, { force: true });
  holdsLock = false;
}

async function prepare() {
  if (toolsAreThere() && isInstalled(dependencyHash())) return;
  await acquire();
  if (!toolsAreThere()) {
    const packages = [`node@${versions.node}`, `pnpm@${versions.pnpm}`];
    mkdirSync(tools, { recursive: true });
    if (!existsSync(join(tools, "package.json")))
      writeFileSync(join(tools, "package.json"), '{ "private": true }\n');
    const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--save-exact"];
    await step("tools", "npm", ["install", "--prefix", tools, ...quiet, ...packages]);
    writeFileSync(join(tools, "versions.json"), JSON.stringify(versions));
  }
  const hash = dependencyHash();
  if (!isInstalled(hash)) {
    await step("install", join(toolsBin, "pnpm"), ["install", "--frozen-lockfile"]);
    writeFileSync(stamp, hash);
  }
  release();
}

/** Runs the command itself on the pinned Node, and ends as it ends. */
function handOver() {
  const child = spawn(
    join(toolsBin, "node"),
    [join(root, "infra/local/src/cli.ts"), ...process.argv.slice(2)],
    {
      cwd: process.cwd(),
      env: { ...environment(), CI: process.env["CI"], MULLION_STARTED_AT: String(startedAt) },
      stdio: "inherit",
    },
  );
  // Ctrl-C reaches the whole terminal group, so the child has it already; other signals are passed on.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.once("exit", (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
  child.once("error", (error) => fail(`The pinned Node could not be started: ${error.message}`));
}

process.on("exit", release);
await prepare();
handOver();
