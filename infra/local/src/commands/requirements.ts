import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { repositoryRoot } from "../places.ts";
import type { PrintLine } from "../steps.ts";
import { readReports, type TestOutcome } from "../test-reports.ts";

const requirementsSchema = z.array(
  z.strictObject({ id: z.string().regex(/^[A-Z0-9.-]+$/), title: z.string().min(1) }),
);

/** A requirement and what the last run said about it. */
export interface RequirementState {
  readonly id: string;
  readonly title: string;
  readonly state: "passed" | "failed" | "no test";
  readonly tests: readonly { readonly title: string; readonly state: TestOutcome["state"] }[];
}

/** Prints each requirement with the tests that carry its id. */
export async function reportRequirements(options: { json: boolean; print: PrintLine }): Promise<void> {
  const file = join(repositoryRoot, "docs/requirements.json");
  const requirements = requirementsSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const states = matchRequirements(requirements, await readReports());
  if (options.json) {
    options.print(JSON.stringify(states, null, 2));
    return;
  }
  for (const { id, title, state, tests } of states) {
    const mark = { passed: "✓", failed: "✗", "no test": " " }[state];
    options.print(`${mark} ${id.padEnd(7)} ${state.padEnd(7)}  ${title}`);
    for (const test of tests) options.print(`${" ".repeat(20)}${test.state}: ${test.title}`);
  }
  const count = (state: RequirementState["state"]): string =>
    String(states.filter((requirement) => requirement.state === state).length);
  options.print(`${count("passed")} passed, ${count("failed")} failed, ${count("no test")} without a test`);
}

/** Each requirement with the tests that name it. One failed test fails it; skipped tests alone prove nothing. */
export function matchRequirements(
  requirements: readonly { readonly id: string; readonly title: string }[],
  outcomes: readonly TestOutcome[],
): RequirementState[] {
  return requirements.map(({ id, title }) => {
    // A whole word: S0.1 is not in S0.10, SEC-5 not in SEC-50.
    const word = new RegExp(`(?<![\\w.-])${id.replaceAll(".", "\\.")}(?![\\w-]|\\.\\w)`);
    const tests = outcomes.filter((outcome) => word.test(outcome.title));
    const failed = tests.some(({ state }) => state === "failed");
    const passed = tests.some(({ state }) => state === "passed");
    const state = failed ? "failed" : passed ? "passed" : "no test";
    return { id, title, state, tests: tests.map((test) => ({ title: test.title, state: test.state })) };
  });
}
