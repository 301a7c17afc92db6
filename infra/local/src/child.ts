import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LocalError } from "./errors.ts";

/** How to run one process. Output goes to `logFile` (appended). */
export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Signal for an orderly end. SIGTERM unless told. */
  readonly stopSignal?: NodeJS.Signals;
  /** Run as this user and group (root only). */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** How a process ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process in a process group of its own. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<ChildExit>;
  hasExited(): boolean;
  kill(signal: NodeJS.Signals): void;
  /** Orderly end; after `graceMs` (5000) the whole group is killed. Resolves when nothing of it is left. */
  stop(graceMs?: number): Promise<void>;
}

// The kernel signals the child when this process dies without being able to clean up (SIGKILL, out of memory).
const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => existsSync(path));

/** Starts a process. Own group: Ctrl-C at the terminal reaches this process alone, which then stops the rest in order. */
export async function startChild(options: ChildOptions): Promise<Child> {
  await mkdir(dirname(options.logFile), { recursive: true });
  const log = await open(options.logFile, "a", 0o640);
  const stopSignal = options.stopSignal ?? "SIGTERM";
  const [command, args] =
    setpriv === undefined
      ? [options.command, options.args]
      : [setpriv, ["--pdeathsig", stopSignal.slice(3), "--", options.command, ...options.args]];
  try {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      ...options.owner,
    });
    return await asChild(child, options, stopSignal);
  } finally {
    await log.close();
  }
}

async function asChild(
  child: ChildProcess,
  options: ChildOptions,
  stopSignal: NodeJS.Signals,
): Promise<Child> {
  const exited = new Promise<ChildExit>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve({ code, signal });
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) => {
      reject(
        new LocalError("command_failed", `${options.name} could not be started: ${cause.message}`, { cause }),
      );
    });
  });
  const pid = child.pid ?? 0;
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    name: options.name,
    pid,
    logFile: options.logFile,
    exited,
    hasExited,
    kill(signal) {
      child.kill(signal);
    },
    async stop(graceMs = 5_000) {
      if (!hasExited()) {
        child.kill(stopSignal);
        const timer = new AbortController();
        await Promise.race([exited, delay(graceMs, undefined, { signal: timer.signal })]);
        timer.abort();
      }
      killGroup(pid);
      await exited;
    },
  };
}

/** Ends whatever is left of a process group. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing is left of it.
  }
}

/** Last lines of a log file, for an error message. */
export async function lastLines(file: string, count = 15): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

/** Resolves when `probe` does; throws with the end of the log when the process ends first or `timeoutMs` is over. */
export async function waitUntilReady(
  child: Child,
  probe: () => Promise<void>,
  options: { timeoutMs: number; intervalMs?: number },
): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const failure = await probe().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return;
    const { logFile } = child;
    if (child.hasExited()) {
      const { code, signal } = await child.exited;
      const how = signal === null ? `exit status ${String(code)}` : signal;
      const message = `${child.name} ended before it was ready (${how})\n${await lastLines(logFile)}`;
      throw new LocalError("process_exited", message, { logFile });
    }
    if (performance.now() > deadline) {
      const reason = failure instanceof Error ? failure.message : JSON.stringify(failure);
      const message = `${child.name} was not ready within ${String(options.timeoutMs / 1000)} s: ${reason}\n${await lastLines(logFile)}`;
      throw new LocalError("not_ready", message, { logFile, cause: failure });
    }
    await delay(options.intervalMs ?? 50);
  }
}
