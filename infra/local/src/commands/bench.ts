import { spawn } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "../places.ts";

/** Runs the benchmarks' own program at the terminal; resolves to its exit status. */
export async function runBenchmarks(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(repositoryRoot, "bench/src/main.ts"), ...args], {
    stdio: "inherit",
  });
  // Ctrl-C reaches it by the terminal, a signal to this process alone does not.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      resolve(code ?? 1);
    });
  });
}
