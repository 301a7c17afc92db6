import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { expect, it } from "vitest";

const { resolve } = createRequire(import.meta.url);

/** Prints, in a process of its own (Next changes `Error` for good), an error that was made by code from `eval`, as a remote's is. */
function print({ before }: { before: string }): string {
  const script = `
    import { createRequire } from "node:module";
    import { inspect } from "node:util";
    import vm from "node:vm";
    import { makeErrorsPrintable } from ${JSON.stringify(resolve("./printable-errors.ts"))};
    createRequire(import.meta.url)(${JSON.stringify(resolve("next/dist/server/node-environment.js"))});
    ${before};
    const run = new vm.Script("(code) => eval(code)", { filename: "remoteEntry.js" }).runInThisContext();
    const error = run("(() => new Error('broken on purpose'))")();
    try { console.log(inspect(error)); } catch (thrown) { console.log("thrown:", thrown.code); }
  `;
  return execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
}

it("P12 an error of a remote can be logged: it costs nobody the page", () => {
  expect(print({ before: "makeErrorsPrintable()" })).toContain("broken on purpose");
});

it("without it Next throws when such an error is logged: this can go when it no longer does", () => {
  expect(print({ before: "" })).toContain("thrown: ERR_INVALID_FILE_URL_HOST");
});
