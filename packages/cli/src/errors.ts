/** Why a command did not do its work. */
export type CliCode =
  | "artifact_invalid"
  | "build_invalid"
  | "build_missing"
  | "credentials_invalid"
  | "credentials_refused"
  | "install_failed"
  | "internal"
  | "key_invalid"
  | "key_missing"
  | "not_allowed"
  | "not_signed_in"
  | "port_taken"
  | "refused"
  | "sign_in_refused"
  | "unreachable"
  | "usage";

/** Exit codes of `mullion`: 1 the registry refused, 2 bad usage or input, 3 nobody there or not let in, 4 its own fault. */
const exitCodes: Record<CliCode, 1 | 2 | 3 | 4> = {
  artifact_invalid: 2,
  build_invalid: 2,
  build_missing: 2,
  credentials_invalid: 2,
  credentials_refused: 3,
  install_failed: 3,
  internal: 4,
  key_invalid: 2,
  key_missing: 2,
  not_allowed: 3,
  not_signed_in: 3,
  port_taken: 2,
  refused: 1,
  sign_in_refused: 3,
  unreachable: 3,
  usage: 2,
};

/** One thing the registry found wrong: where, and what to change. */
interface Finding {
  readonly path: string;
  readonly message: string;
}

interface CliErrorOptions {
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** Code of the registry's problem document. */
  readonly problemCode?: string | undefined;
  readonly findings?: readonly Finding[] | undefined;
  readonly cause?: unknown;
}

/** A failure with a stable code, an exit code and advice. The message is one sentence for people. */
export class CliError extends Error {
  readonly code: CliCode;
  readonly exitCode: 1 | 2 | 3 | 4;
  readonly hint: string | undefined;
  readonly problemCode: string | undefined;
  readonly findings: readonly Finding[];

  constructor(code: CliCode, message: string, options: CliErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CliError";
    this.code = code;
    this.exitCode = exitCodes[code];
    this.hint = options.hint;
    this.problemCode = options.problemCode;
    this.findings = options.findings ?? [];
  }
}
