import { join } from "node:path";
import { inheritedEnvironment } from "./env.ts";
import { repositoryRoot } from "./places.ts";
import { runCommand } from "./run-command.ts";

/** Builds what has changed; resolves to words on how much came from turbo's cache. */
export async function buildAll(options: { logFile: string; signal?: AbortSignal }): Promise<string> {
  const output = await runCommand(
    join(repositoryRoot, "node_modules/.bin/turbo"),
    ["run", "build", "--concurrency=2", "--output-logs=new-only", "--log-order=grouped", "--no-color"],
    { cwd: repositoryRoot, env: toolEnvironment(), ...options },
  );
  const [, cached, total] = /Cached:\s+(\d+) cached, (\d+) total/.exec(output) ?? [];
  return cached === undefined || total === undefined ? "" : `${cached} of ${total} from the cache`;
}

/** Environment of the project's tools: they are on PATH, ask nothing and report nothing to their makers. */
export function toolEnvironment(): Record<string, string> {
  const env = inheritedEnvironment();
  return {
    ...env,
    PATH: [
      join(repositoryRoot, "node_modules/.bin"),
      join(repositoryRoot, ".mullion/tools/node_modules/.bin"),
      env["PATH"],
    ]
      .filter((folder) => folder !== undefined)
      .join(":"),
    CI: "true",
    NO_COLOR: "1",
    DO_NOT_TRACK: "1",
    TURBO_TELEMETRY_DISABLED: "1",
    NEXT_TELEMETRY_DISABLED: "1",
    NO_UPDATE_NOTIFIER: "1",
  };
}
