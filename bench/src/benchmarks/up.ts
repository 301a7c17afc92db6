import { spawn } from "node:child_process";
import { resolve } from "node:path";
import type { Benchmark } from "../benchmark.ts";
import { childEnvironment } from "../env.ts";
import { createMetric, median } from "../metrics.ts";

const repository = resolve(import.meta.dirname, "../../..");
const runs = 5;

// Beside the default, so that a developer's own platform can stay up.
const settings = { MULLION_PORT_BASE: "34000", MULLION_DATA_DIR: resolve(repository, ".mullion/bench-up") };

/** How long the platform takes to come up when everything is built and installed. */
export const up: Benchmark = {
  title: "npm run up -- --detach, and npm run down, with everything installed and built",
  async run(say) {
    await npm(["run", "up", "--", "--detach"]);
    await npm(["run", "down"]);
    const [upSeconds, downSeconds]: [number[], number[]] = [[], []];
    for (let run = 1; run <= runs; run += 1) {
      const took = await npm(["run", "up", "--", "--detach"]);
      const stopped = await npm(["run", "down"]);
      upSeconds.push(took);
      downSeconds.push(stopped);
      say(`  run ${run} of ${runs}: up ${took.toFixed(1)} s, down ${stopped.toFixed(1)} s`);
    }
    await npm(["run", "down", "--", "--reset"]);
    return [
      createMetric("up.warm.median", median(upSeconds), "s", { atMost: 30 }),
      createMetric("up.warm.slowest", Math.max(...upSeconds), "s", { atMost: 30 }),
      createMetric("down.median", median(downSeconds), "s"),
    ];
  },
};

/** Runs npm to its end; resolves to the seconds it took, throws with its output when it fails. */
async function npm(args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const child = spawn("npm", args, {
    cwd: repository,
    env: childEnvironment(settings),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const code = await new Promise((done, reject) => {
    child.once("error", reject);
    child.once("close", done);
  });
  if (code !== 0) throw new Error(`npm ${args.join(" ")} ended with ${String(code)}\n${output}`);
  return (performance.now() - startedAt) / 1_000;
}
