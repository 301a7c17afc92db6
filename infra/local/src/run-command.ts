import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { killGroup } from "./child.ts";
import { LocalError } from "./errors.ts";

/** Options of a command that runs to its end. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly timeoutMs?: number;
  /** Ends the command, and whatever it started, early. */
  readonly signal?: AbortSignal;
  /** Also writes the output here (replaces what was there). */
  readonly logFile?: string;
  /** Called with each piece of output. */
  readonly onOutput?: (text: string) => void;
}

/** How a command ended: its exit status (128 or more: a signal) and both output streams together. */
export interface CommandResult {
  readonly code: number;
  readonly output: string;
}

/** Runs a command to its end and returns its output. Throws `command_failed` with the last lines when it fails. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const { code, output } = await runToEnd(command, args, options);
  options.signal?.throwIfAborted();
  if (code !== 0) {
    const shown = [command, ...args].join(" ");
    throw new LocalError(
      "command_failed",
      `${shown} ended with status ${String(code)}\n${lastLinesOf(output)}`,
      options.logFile === undefined ? {} : { logFile: options.logFile },
    );
  }
  return output;
}

/** Runs a command to its end, whatever its exit status. Throws only when it cannot be started. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  options.signal?.throwIfAborted();
  // A group of its own, so that ending it early reaches what it started as well.
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    ...options.owner,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const write = await openLog(options.logFile);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      write.line(text);
      options.onOutput?.(text);
    });
  }
  const end = (): void => {
    if (child.pid !== undefined) endGroup(child.pid);
  };
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(end, options.timeoutMs);
  options.signal?.addEventListener("abort", end, { once: true });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", (cause) => {
        reject(
          new LocalError("command_failed", `${command} could not be started: ${cause.message}`, { cause }),
        );
      });
      child.once("close", (status, signal) => {
        resolve(status ?? (signal === null ? 1 : 128));
      });
    });
    return { code, output };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", end);
    write.close();
  }
}

const killAfterMs = 3_000;

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    return;
  }
  setTimeout(() => {
    killGroup(pid);
  }, killAfterMs).unref();
}

async function openLog(file: string | undefined): Promise<{ line(text: string): void; close(): void }> {
  if (file === undefined) return { line: () => undefined, close: () => undefined };
  await mkdir(dirname(file), { recursive: true });
  const log = createWriteStream(file, { flags: "w" });
  return {
    line: (text) => log.write(text),
    close: () => log.end(),
  };
}

function lastLinesOf(output: string): string {
  return output.trimEnd().split("\n").slice(-15).join("\n");
}
