/** Why a piece of the test environment could not be made. */
export type TestingCode = "not_started";

/** Tests were started without the servers they need. */
export class TestingError extends Error {
  readonly code: TestingCode;

  constructor(code: TestingCode, variable: string) {
    super(`${variable} is not set: run \`npm test\` or \`pnpm vitest\` at the root, which start the servers`);
    this.name = "TestingError";
    this.code = code;
  }
}
