import { describe, expect, it } from "vitest";
import { matchRequirements } from "./requirement-state.ts";
import { parsePlaywrightReport, parseVitestReport } from "./test-reports.ts";

describe("reports", () => {
  it("of Vitest give every test its full title; a file that does not load is a failed test", () => {
    const report = {
      testResults: [
        {
          name: "/a.test.ts",
          status: "failed",
          assertionResults: [
            { fullName: "keys rotate", status: "passed" },
            { fullName: "keys expire", status: "failed" },
            { fullName: "keys later", status: "todo" },
          ],
        },
        { name: "/b.test.ts", status: "failed", assertionResults: [] },
      ],
    };
    expect(parseVitestReport(JSON.stringify(report)).map(({ title, state }) => `${state} ${title}`)).toEqual([
      "passed keys rotate",
      "failed keys expire",
      "skipped keys later",
      "failed loads",
    ]);
  });

  it("of Playwright go through nested suites; flaky tests and errors outside of tests have failed", () => {
    const spec = (title: string, status: string): object => ({
      title,
      file: "a.spec.ts",
      tests: [{ status }],
    });
    const report = {
      suites: [
        {
          title: "a.spec.ts",
          specs: [spec("opens", "expected")],
          suites: [{ title: "signed in", specs: [spec("saves", "flaky"), spec("later", "skipped")] }],
        },
      ],
      errors: [{ message: "global set-up failed\n  at main.ts" }],
    };
    expect(
      parsePlaywrightReport(JSON.stringify(report)).map(({ title, state }) => `${state} ${title}`),
    ).toEqual([
      "passed opens",
      "failed signed in saves",
      "skipped signed in later",
      "failed global set-up failed",
    ]);
  });
});

describe("requirements", () => {
  const ids = ["S0.1", "S0.10", "SEC-5", "SEC-50", "P1"].map((id) => ({ id, title: id }));
  const statesOf = (...titles: string[]): string[] =>
    matchRequirements(
      ids,
      titles.map((title) => ({ title, file: "", state: title.includes("broken") ? "failed" : "passed" })),
    )
      .filter(({ state }) => state !== "no test")
      .map(({ id, state }) => `${id} ${state}`);

  it("are found as whole words only", () => {
    expect(statesOf("SEC-50 refuses alg none")).toEqual(["SEC-50 passed"]);
    expect(statesOf("the gateway (S0.10, P1) works")).toEqual(["S0.10 passed", "P1 passed"]);
    expect(statesOf("S0.1. And nothing else")).toEqual(["S0.1 passed"]);
    expect(statesOf("XSEC-5 or HTTP1 or S0.1x")).toEqual([]);
  });

  it("have failed when one of their tests has", () => {
    expect(statesOf("P1 deploys", "P1 broken rollback")).toEqual(["P1 failed"]);
  });

  it("are not proven by a skipped test", () => {
    const [first] = matchRequirements(
      [{ id: "P1", title: "" }],
      [{ title: "P1 later", file: "", state: "skipped" }],
    );
    expect(first?.state).toBe("no test");
  });

  it("are proven only by a test that passed in every project it is part of", () => {
    const stateOf = (...states: ("passed" | "failed" | "skipped")[]): string | undefined =>
      matchRequirements(
        [{ id: "SEC-1", title: "" }],
        states.map((state) => ({ title: "SEC-1 holds", file: "cookie.spec.ts", state })),
      )[0]?.state;
    expect(stateOf("passed", "passed")).toBe("passed");
    expect(stateOf("passed", "failed")).toBe("failed");
    expect(stateOf("passed", "skipped")).toBe("no test");
  });
});
