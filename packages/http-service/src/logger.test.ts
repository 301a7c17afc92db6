import { expect, it } from "vitest";
import { createLogger } from "./logger.ts";

function logged(error: unknown): string {
  let line = "";
  const logger = createLogger({
    name: "test",
    destination: {
      write: (text) => {
        line += text;
      },
    },
  });
  logger.error({ err: error }, "failed");
  return line;
}

it.each([
  ["the command that Redis refused", { command: { name: "auth", args: ["canary"] } }],
  ["an ID token that was not valid", { jwt: "canary" }],
  [
    "what a sign-in was to be checked with",
    { checks: { code_verifier: "canary" }, params: { code: "canary" } },
  ],
  ["bytes that could not be read", { data: "HTTP/1.1 set-cookie: canary" }],
])("SEC-23 an error is logged without %s, also as a cause", (_name, properties) => {
  const error = Object.assign(new Error("refused"), { code: "E_REFUSED", ...properties });
  for (const line of [logged(error), logged(new Error("outer", { cause: error }))]) {
    expect(line).not.toContain("canary");
    expect(line).toContain("E_REFUSED");
    expect(line).toContain("logger.test.ts");
  }
});

it("what is thrown and is no error, and causes that lead back to themselves, are logged too", () => {
  expect(logged("a text")).toContain("a text");
  const error = new Error("round");
  error.cause = error;
  expect(logged(error)).toContain("round");
});
