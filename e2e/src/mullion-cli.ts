import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Platform } from "@mullion/local";
import { developersEnvironment } from "./env.ts";

/** The repository that the tests belong to. */
export const repositoryRoot = path.resolve(import.meta.dirname, "../..");

const program = path.join(repositoryRoot, "packages/cli/bin/mullion.ts");

/** What a command printed, and its exit code. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of `mullion` that runs. */
export interface CliRun {
  /** Resolves with the first match in what it prints on either stream; rejects when it ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves when it has ended. */
  readonly ended: Promise<CliResult>;
  /** What Ctrl-C does. */
  interrupt(): void;
}

function follow(child: ChildProcess): CliRun {
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  }
  const closed = once(child, "close");
  return {
    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(said.stdout) ?? pattern.exec(said.stderr);
        if (match !== null) return match;
        const output = [child.stdout, child.stderr].flatMap((stream) =>
          stream === null ? [] : [once(stream, "data")],
        );
        const isOver = await Promise.race([
          closed.then(() => true),
          ...output.map(async (data) => data.then(() => false)),
        ]);
        if (isOver)
          throw new Error(`mullion ended without ${String(pattern)}:\n${said.stdout}\n${said.stderr}`);
      }
    },
    ended: closed.then(() => ({ code: child.exitCode, ...said })),
    interrupt: () => child.kill("SIGINT"),
  };
}

/** The CLI as a developer of this platform has it: in the repository, with a home of their own. */
export function developersCli(platform: Platform, configFolder: string): (...args: string[]) => CliRun {
  return (...args) =>
    follow(
      spawn(process.execPath, [program, ...args], {
        cwd: repositoryRoot,
        env: {
          ...developersEnvironment(),
          XDG_CONFIG_HOME: configFolder,
          MULLION_REGISTRY: platform.url("registry"),
          MULLION_ISSUER: platform.url("identity"),
          MULLION_SHELL: platform.shellUrl,
        },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
}
