import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { toolEnvironment } from "../env.ts";
import { CliError } from "../errors.ts";

const keptLines = 40;
const endsWithinMs = 5_000;

/** A `next dev` that runs. */
export interface NextDev {
  /** Rejects when it ends by itself, with the last it said. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

function findNext(folder: string): string {
  try {
    return createRequire(path.join(folder, "package.json")).resolve("next/dist/bin/next");
  } catch (cause) {
    throw new CliError("build_missing", `Next.js is not installed in ${folder}.`, {
      hint: "Run: pnpm install",
      cause,
    });
  }
}

function follow(child: ChildProcess, onLine: (line: string) => void): () => string {
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        last.push(line);
        if (last.length > keptLines) last.shift();
        onLine(line);
      }
    });
  }
  return () => last.join("\n");
}

/**
 * Starts `next dev` of the remote in `folder`, reachable from this machine only.
 * @param onLine hears what it prints.
 */
export function startNextDev(options: {
  folder: string;
  port: number;
  reportsUrl: string;
  onLine: (line: string) => void;
}): NextDev {
  const { folder, port, reportsUrl, onLine } = options;
  const child = spawn(
    process.execPath,
    [findNext(folder), "dev", "--hostname", "127.0.0.1", "--port", String(port)],
    {
      cwd: folder,
      // Not this one's: what Next asks for at the terminal would wait for ever.
      stdio: ["ignore", "pipe", "pipe"],
      // Without the federation of the webpack that is installed, Next takes the one it brings.
      env: toolEnvironment({ NEXT_PRIVATE_LOCAL_WEBPACK: "true", MULLION_BUILD_REPORTS: reportsUrl }),
    },
  );
  const lastLines = follow(child, onLine);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
    });
    child.once("error", () => {
      resolve();
    });
  });
  const failed = ended.then((): never => {
    throw new CliError("build_invalid", "next dev has ended.", { hint: lastLines() });
  });
  // Nobody may be waiting by the time it ends.
  failed.catch(() => undefined);
  return {
    failed,
    async stop() {
      // Both are ignored by a process that has ended already.
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), endsWithinMs);
      await ended;
      clearTimeout(force);
    },
  };
}
