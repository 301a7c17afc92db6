import { join } from "node:path";
import { type Check, type CheckResult, quickChecks, slowChecks } from "../checks.ts";
import { layoutOf } from "../layout.ts";
import { type PrintLine, seconds } from "../steps.ts";

const shownLines = 120;

/** Runs every check, shows each with its duration and one summary, and resolves to the exit status. */
export async function runTests(print: PrintLine, signal: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  const results = new Map<string, CheckResult>();
  const runOne = async (check: Check): Promise<void> => {
    signal.throwIfAborted();
    results.set(check.name, await runCheck(check, results, print, signal));
  };
  await twoAtATime(quickChecks, runOne);
  for (const check of slowChecks) await runOne(check);

  signal.throwIfAborted();
  const sum = (key: "passed" | "failed" | "skipped"): number =>
    [...results.values()].reduce((total, result) => total + result[key], 0);
  print("");
  for (const [name, { failed, note }] of results) {
    if (failed > 0) print(`  ✗ ${name}${note === "" ? "" : `: ${note}`}`);
  }
  print(`Every check ran in ${seconds(performance.now() - startedAt)}.`);
  print(
    `${String(sum("passed"))} passed, ${String(sum("failed"))} failed, ${String(sum("skipped"))} skipped`,
  );
  return sum("failed") === 0 ? 0 : 1;
}

async function runCheck(
  check: Check,
  results: ReadonlyMap<string, CheckResult>,
  print: PrintLine,
  signal: AbortSignal,
): Promise<CheckResult> {
  const startedAt = performance.now();
  const needed = check.needs === undefined ? undefined : results.get(check.needs);
  const result: CheckResult =
    needed !== undefined && needed.failed > 0
      ? { passed: 0, failed: 0, skipped: 1, note: `not run: ${check.needs ?? ""} failed`, output: "" }
      : await check.run({ logFile: logFileOf(check), signal }).catch(asFailure);
  const mark = result.failed > 0 ? "✗" : result.passed > 0 ? "✓" : "-";
  const took = seconds(performance.now() - startedAt).padStart(8);
  print(`  ${mark} ${check.name.padEnd(16)} ${took}  ${result.note}`.trimEnd());
  if (result.failed > 0 && !signal.aborted) {
    const lines = result.output.trimEnd().split("\n").slice(-shownLines);
    print(lines.map((line) => `    ${line}`).join("\n"));
    print(`    Log: ${logFileOf(check)}`);
  }
  return result;
}

function logFileOf(check: Check): string {
  return join(layoutOf().logs, `test-${check.name}.log`);
}

function asFailure(error: unknown): CheckResult {
  const output = error instanceof Error ? error.message : String(error);
  return { passed: 0, failed: 1, skipped: 0, note: "could not run", output };
}

async function twoAtATime(checks: readonly Check[], run: (check: Check) => Promise<void>): Promise<void> {
  const waiting = [...checks];
  const lane = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) await run(check);
  };
  await Promise.all([lane(), lane()]);
}
