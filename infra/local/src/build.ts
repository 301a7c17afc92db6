import { join } from "node:path";
import { toolEnvironment } from "./env.ts";
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
