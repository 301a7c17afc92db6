import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { repositoryRoot } from "../places.ts";
import { matchRequirements, type RequirementState } from "../requirement-state.ts";
import type { PrintLine } from "../steps.ts";
import { readReports } from "../test-reports.ts";

const requirementsSchema = z.array(
  z.strictObject({ id: z.string().regex(/^[A-Z0-9.-]+$/), title: z.string().min(1) }),
);

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
