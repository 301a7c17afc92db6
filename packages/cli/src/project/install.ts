import { spawn } from "node:child_process";
import { toolEnvironment } from "../env.ts";
import { CliError } from "../errors.ts";

const lastBytes = 4_000;

/**
 * Installs what a workspace declares, from what is on this machine as far as possible.
 * @throws {CliError} `install_failed` with the last that pnpm said.
 */
export async function installDependencies(workspace: string): Promise<void> {
  // In a pipeline pnpm would refuse: a new remote is not in the lock file yet.
  const args = ["install", "--prefer-offline", "--no-frozen-lockfile"];
  const pnpm = spawn("pnpm", args, {
    cwd: workspace,
    env: toolEnvironment({}),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [pnpm.stdout, pnpm.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-lastBytes);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    pnpm.once("close", resolve).once("error", (cause) => {
      const hint = "Install it, or run pnpm install yourself and give --no-install.";
      reject(new CliError("install_failed", "pnpm could not be started.", { hint, cause }));
    });
  });
  if (code !== 0) throw new CliError("install_failed", "pnpm install failed.", { hint: said.trim() });
}
