import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AppSpec } from "./apps.ts";
import { type Child, startChild, waitUntilReady } from "./child.ts";
import { inheritedEnvironment } from "./env.ts";
import { LocalError } from "./errors.ts";
import { nodeFlagsOf } from "./node-flags.ts";
import { runCommand } from "./run-command.ts";
import type { ProcessDefinition } from "./supervised-process.ts";

const readyWithinMs = 60_000;

/** How to keep an app running; ready when `/healthz` answers 200. */
export function appProcess(spec: AppSpec, logFile: string): ProcessDefinition {
  return {
    name: spec.name,
    kind: "app",
    async start(onSpawn) {
      requireScript(spec, spec.main);
      const child = await startChild({
        name: spec.name,
        command: process.execPath,
        args: [...nodeFlagsOf(spec.folder), spec.main],
        cwd: spec.folder,
        env: { ...inheritedEnvironment(), ...spec.env },
        logFile,
      });
      onSpawn(child);
      await untilHealthy(child, spec.url);
    },
  };
}

async function untilHealthy(child: Child, url: string): Promise<void> {
  try {
    await waitUntilReady(child, () => expectOk(`${url}/healthz`), { timeoutMs: readyWithinMs });
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** Resolves when `url` answers 200; otherwise throws with what it answered. */
export async function expectOk(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(3_000), redirect: "manual" });
  const body = await response.text();
  if (response.status !== 200)
    throw new Error(`${url} answered ${String(response.status)} ${body.slice(0, 300)}`);
}

/** Runs one of the app's scripts, such as its migrations, in the app's environment. */
export async function runAppScript(
  spec: AppSpec,
  script: string,
  options: { logFile: string; signal: AbortSignal },
): Promise<void> {
  requireScript(spec, script);
  await runCommand(process.execPath, [script], {
    cwd: spec.folder,
    env: { ...inheritedEnvironment(), ...spec.env },
    timeoutMs: 120_000,
    ...options,
  });
}

function requireScript(spec: AppSpec, script: string): void {
  const path = join(spec.folder, script);
  if (!existsSync(path))
    throw new LocalError("part_missing", `${spec.name} has no ${script} (looked for ${path})`);
}
