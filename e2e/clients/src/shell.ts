import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Environment } from "./guide-folder.ts";

/** What a piece of shell printed, and the variables it left. */
export interface ShellResult {
  readonly output: string;
  readonly env: Environment;
}

const separator = "\n--- variables ---\n";

/** Whether these commands are on PATH. */
export async function haveCommands(names: readonly string[]): Promise<boolean> {
  const looks = names.map((name) => promisify(execFile)("sh", ["-c", `command -v ${name}`]));
  return Promise.all(looks).then(
    () => true,
    () => false,
  );
}

/** Runs a piece of shell as somebody would who types it: with the variables of the one before, stopping at an error. */
export async function runShell(code: string, env: Environment): Promise<ShellResult> {
  const script = `set -eua\n${code}\nprintf '${separator.replaceAll("\n", "\\n")}'\nenv -0`;
  const { stdout } = await promisify(execFile)("sh", ["-c", script], { env });
  const [output = "", variables = ""] = stdout.split(separator);
  const entries = variables.split("\0").filter((entry) => entry.includes("="));
  return {
    output,
    env: Object.fromEntries(entries.map((entry) => entry.split(/=(.*)/s).slice(0, 2))) as Environment,
  };
}
