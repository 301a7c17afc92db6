import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureChromium } from "./chromium.ts";
import { toolEnvironment } from "./env.ts";
import { repositoryRoot } from "./places.ts";
import { runToEnd } from "./run-command.ts";
import { parsePlaywrightReport, parseVitestReport, reportFiles, type TestOutcome } from "./test-reports.ts";

/** Result of one check. A check that runs tests counts them; any other counts as one. */
export interface CheckResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** A few words for the step's line. */
  readonly note: string;
  /** What went wrong, to be shown. */
  readonly output: string;
}

/** What a check is given. */
export interface CheckContext {
  readonly logFile: string;
  readonly signal: AbortSignal;
}

/** One step of `npm test`. */
export interface Check {
  readonly name: string;
  /** Without this one having passed it would only repeat its failure. */
  readonly needs?: string;
  run(context: CheckContext): Promise<CheckResult>;
}

const one = { passed: 1, failed: 0, skipped: 0, note: "", output: "" };

/** A check that is a command with an exit status. */
function command(name: string, tool: string, args: readonly string[]): Check {
  return {
    name,
    async run(context) {
      const { code, output } = await runTool(tool, args, context);
      return code === 0 ? one : { ...one, passed: 0, failed: 1, output };
    },
  };
}

async function runTool(
  tool: string,
  args: readonly string[],
  context: CheckContext,
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  return await runToEnd(join(repositoryRoot, "node_modules/.bin", tool), args, {
    cwd: repositoryRoot,
    env: { ...toolEnvironment(), ...env },
    ...context,
  });
}

// Two at a time beside the other lane: more would only take turns on a small machine.
const turboRun = ["run", "--concurrency=2", "--output-logs=errors-only", "--log-order=grouped", "--continue"];

/** Checks that need nothing of each other: two run at a time. The slow ones come first. */
export const quickChecks: readonly Check[] = [
  // One process for each workspace: type-checked rules over all of them at once need more than 4 GB.
  command("lint", "turbo", [...turboRun, "lint"]),
  command("typecheck", "turbo", [...turboRun, "typecheck"]),
  command("knip", "knip", ["--no-progress"]),
  command("boundaries", "turbo", ["boundaries"]),
  command("format", "biome", ["ci", "--colors=off", "--max-diagnostics=50", "--error-on-warnings", "."]),
];

/** Checks that run one after the other. */
export const slowChecks: readonly Check[] = [
  command("build", "turbo", [...turboRun, "build"]),
  { name: "vitest", run: runVitest },
  { name: "browser", needs: "build", run: runBrowser },
  // The shell is built for its render process; no browser is needed.
  { name: "security", needs: "build", run: (context) => runPlaywright("security", context) },
];

async function runVitest(context: CheckContext): Promise<CheckResult> {
  await prepareReport(reportFiles.vitest);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFiles.vitest}`];
  const { code, output } = await runTool("vitest", ["run", "--silent=passed-only", ...reporters], context);
  return await countTests(reportFiles.vitest, parseVitestReport, code, output);
}

async function runBrowser(context: CheckContext): Promise<CheckResult> {
  return await runPlaywright("browser", context, { MULLION_CHROMIUM: await ensureChromium(context) });
}

/** Runs one group of Playwright's projects: those that `e2e` has a script `test:<group>` for. */
async function runPlaywright(
  group: "browser" | "security",
  context: CheckContext,
  env: Readonly<Record<string, string>> = {},
): Promise<CheckResult> {
  const report = reportFiles[group];
  await prepareReport(report);
  const { code, output } = await runToEnd("pnpm", ["--filter", "@mullion/e2e", `test:${group}`], {
    cwd: repositoryRoot,
    env: { ...withoutColourWish(toolEnvironment()), ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    ...context,
  });
  return await countTests(report, parsePlaywrightReport, code, output);
}

// Playwright colours its workers, which would then warn of the contradiction at every start.
function withoutColourWish({ NO_COLOR: _, ...env }: Record<string, string>): Record<string, string> {
  return env;
}

// The report of an earlier run must not speak for this one.
async function prepareReport(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await rm(file, { force: true });
}

async function countTests(
  reportFile: string,
  parse: (text: string) => TestOutcome[],
  code: number,
  output: string,
): Promise<CheckResult> {
  const report = await readFile(reportFile, "utf8").catch(() => undefined);
  if (report === undefined) return { ...one, passed: 0, failed: 1, note: "no report", output };
  const outcomes = parse(report);
  const count = (state: TestOutcome["state"]): number =>
    outcomes.filter((test) => test.state === state).length;
  const failed = count("failed");
  // A runner that fails without a failed test (an unhandled error, no tests at all) has failed all the same.
  const all = {
    passed: count("passed"),
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: count("skipped"),
  };
  const note = `${String(all.passed)} passed, ${String(all.failed)} failed, ${String(all.skipped)} skipped`;
  return { ...all, note, output: all.failed === 0 ? "" : output };
}
