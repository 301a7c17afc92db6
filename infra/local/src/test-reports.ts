import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { stateRoot } from "./places.ts";

/** Where the last run of each runner left its report. */
export const reportFiles = {
  vitest: join(stateRoot, "reports/vitest.json"),
  browser: join(stateRoot, "reports/browser.json"),
  security: join(stateRoot, "reports/security.json"),
} as const;

/** One test of the last run. `title` includes the titles of what it is nested in. */
export interface TestOutcome {
  readonly title: string;
  readonly file: string;
  readonly state: "passed" | "failed" | "skipped";
}

const vitestSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** Tests in Vitest's JSON report. A file that could not even be loaded is one failed test. */
export function parseVitestReport(text: string): TestOutcome[] {
  const { testResults } = vitestSchema.parse(JSON.parse(text));
  return testResults.flatMap(({ name: file, status, assertionResults }): TestOutcome[] =>
    status === "failed" && assertionResults.length === 0
      ? [{ title: "loads", file, state: "failed" }]
      : assertionResults.map(({ fullName, status: state }) => ({
          title: fullName,
          file,
          state: state === "passed" || state === "failed" ? state : "skipped",
        })),
  );
}

const specSchema = z.object({
  title: z.string(),
  file: z.string(),
  tests: z.array(z.object({ status: z.enum(["expected", "unexpected", "flaky", "skipped"]) })),
});

interface Suite {
  readonly title: string;
  readonly specs?: z.infer<typeof specSchema>[] | undefined;
  readonly suites?: Suite[] | undefined;
}

const suiteSchema: z.ZodType<Suite> = z.lazy(() =>
  z.object({
    title: z.string(),
    specs: z.array(specSchema).optional(),
    suites: z.array(suiteSchema).optional(),
  }),
);

const playwrightSchema = z.object({
  suites: z.array(suiteSchema),
  errors: z.array(z.object({ message: z.string().optional() })).default([]),
});

/** Tests in Playwright's JSON report. A flaky test counts as failed; so does an error outside of any test. */
export function parsePlaywrightReport(text: string): TestOutcome[] {
  const { suites, errors } = playwrightSchema.parse(JSON.parse(text));
  const outside = errors.map(({ message }): TestOutcome => {
    return { title: message?.split("\n")[0] ?? "error outside of a test", file: "", state: "failed" };
  });
  // The outermost suite is the file; its title is no part of the test's.
  return [...suites.flatMap((suite) => outcomesOf({ ...suite, title: "" }, "")), ...outside];
}

function outcomesOf(suite: Suite, prefix: string): TestOutcome[] {
  const path = `${prefix} ${suite.title}`.trim();
  const own = (suite.specs ?? []).flatMap(({ title, file, tests }) =>
    tests.map(({ status }): TestOutcome => {
      const state = status === "expected" ? "passed" : status === "skipped" ? "skipped" : "failed";
      return { title: `${path} ${title}`.trim(), file, state };
    }),
  );
  return [...own, ...(suite.suites ?? []).flatMap((inner) => outcomesOf(inner, path))];
}

/** Every test of the last runs; a runner without a report has none. */
export async function readReports(): Promise<TestOutcome[]> {
  const read = async (file: string, parse: (text: string) => TestOutcome[]): Promise<TestOutcome[]> => {
    const text = await readFile(file, "utf8").catch(() => undefined);
    return text === undefined ? [] : parse(text);
  };
  const reports = await Promise.all([
    read(reportFiles.vitest, parseVitestReport),
    read(reportFiles.browser, parsePlaywrightReport),
    read(reportFiles.security, parsePlaywrightReport),
  ]);
  return reports.flat();
}
