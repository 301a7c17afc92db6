import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { GuideError } from "./errors.ts";

/** How to start a program. */
export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A program of a guide while it runs. */
export interface Program {
  /** What it has printed so far. */
  readonly output: () => string;
  /** Resolves to the whole output once it holds the text; throws `block_failed` when the program ends before. */
  printed(text: string | RegExp): Promise<string>;
  /** Types a line. */
  type(line: string): void;
  /** Resolves to the output when the program has ended; throws `block_failed` for another exit status than 0. */
  ended(): Promise<string>;
  stop(): Promise<void>;
}

const isIn = (output: string, text: string | RegExp): boolean =>
  typeof text === "string" ? output.includes(text) : text.test(output);

/** Starts a program and collects what it prints. */
export function startProgram({ command, args, cwd, env }: ProgramOptions): Program {
  const child: ChildProcess = spawn(command, args, { cwd, env, stdio: "pipe" });
  let output = "";
  const exit = new Promise<string | null>((resolve) => {
    child.once("error", ({ message }) => {
      resolve(message);
    });
    child.once("close", (code, signal) => {
      resolve(code === 0 ? null : `exit status ${String(code ?? signal)}`);
    });
  });
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (piece: string) => {
      output += piece;
      for (const look of waiting) look();
    });
  }
  const failed = (why: string): GuideError =>
    new GuideError("block_failed", `${args.at(-1) ?? command}: ${why}\n${output}`);

  return {
    output: () => output,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!isIn(output, text)) return;
          waiting.delete(look);
          resolve(output);
        };
        waiting.add(look);
        look();
        void exit.then((problem) => {
          reject(failed(problem ?? `ended without having printed ${String(text)}`));
        });
      }),
    type(line) {
      child.stdin?.write(`${line}\n`);
    },
    async ended() {
      const problem = await exit;
      if (problem !== null) throw failed(problem);
      return output;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, "close");
      child.kill("SIGTERM");
      await closed;
    },
  };
}
