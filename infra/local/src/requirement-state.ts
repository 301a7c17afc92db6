import type { TestOutcome } from "./test-reports.ts";

/** A requirement and what the last run said about it. */
export interface RequirementState {
  readonly id: string;
  readonly title: string;
  readonly state: "passed" | "failed" | "no test";
  readonly tests: readonly { readonly title: string; readonly state: TestOutcome["state"] }[];
}

/**
 * Each requirement with the tests that name it. One failed test fails it; skipped tests prove nothing, and neither does
 * a test that ran in one of its runner's projects and was skipped in another.
 */
export function matchRequirements(
  requirements: readonly { readonly id: string; readonly title: string }[],
  outcomes: readonly TestOutcome[],
): RequirementState[] {
  return requirements.map(({ id, title }) => {
    // A whole word: S0.1 is not in S0.10, SEC-5 not in SEC-50.
    const word = new RegExp(`(?<![\\w.-])${id.replaceAll(".", "\\.")}(?![\\w-]|\\.\\w)`);
    const tests = outcomes.filter((outcome) => word.test(outcome.title));
    const failed = tests.some(({ state }) => state === "failed");
    const passed = Object.values(Object.groupBy(tests, ({ file, title: name }) => `${file}\n${name}`)).some(
      (runs) => runs?.every(({ state }) => state === "passed"),
    );
    const state = failed ? "failed" : passed ? "passed" : "no test";
    return { id, title, state, tests: tests.map((test) => ({ title: test.title, state: test.state })) };
  });
}
