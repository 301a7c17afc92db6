import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { describeMachine } from "./machine.ts";
import { benchmarks } from "./registry.ts";
import { formatTable } from "./table.ts";

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function explain(problem: string): number {
  const list = Object.entries(benchmarks).map(([name, { title }]) => `  ${name.padEnd(10)} ${title}`);
  const usage = "Usage: npm run bench -- <name> [--json FILE]";
  process.stderr.write(
    `${[problem, usage, "Benchmarks:", ...list].filter((line) => line !== "").join("\n")}\n`,
  );
  return 2;
}

function readArguments(): { name: string | undefined; json: string | undefined; problem: string } {
  try {
    const { values, positionals } = parseArgs({
      options: { json: { type: "string" } },
      allowPositionals: true,
    });
    const problem = positionals.length > 1 ? `one benchmark at a time, not ${positionals.join(" ")}` : "";
    return { name: positionals[0], json: values.json, problem };
  } catch (error) {
    return {
      name: undefined,
      json: undefined,
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}

async function main(): Promise<number> {
  const { name, json, problem } = readArguments();
  if (name === undefined || problem !== "") return explain(problem);
  const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (benchmark === undefined) return explain(`no benchmark is called ${name}`);
  print(`${name}: ${benchmark.title}`);
  const metrics = await benchmark.run(print);
  const machine = describeMachine();
  print(`\n${formatTable(metrics)}\n\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ name, machine, metrics }, null, 2)}\n`);
  return metrics.every(({ ok }) => ok) ? 0 : 1;
}

process.exitCode = await main();
