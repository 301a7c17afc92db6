import { spawn } from "node:child_process";
import { LocalError } from "./errors.ts";

/** Options of a command that runs to its end. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly timeoutMs?: number;
}

/** Runs a command to its end and returns its output, both streams together. Throws with the end of it when it fails. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const { owner, timeoutMs, ...rest } = options;
  const child = spawn(command, args, {
    ...rest,
    ...owner,
    stdio: ["ignore", "pipe", "pipe"],
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => {
      resolve(status ?? signal ?? 1);
    });
  }).catch((cause: unknown) => {
    throw new LocalError("command_failed", `${command}: ${String(cause)}`, { cause });
  });
  if (code !== 0) {
    const end = output.trimEnd().split("\n").slice(-15).join("\n");
    throw new LocalError(
      "command_failed",
      `${[command, ...args].join(" ")} ended with ${String(code)}\n${end}`,
    );
  }
  return output;
}
