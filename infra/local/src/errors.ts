/** Every way in which the local platform can fail, as a stable code. */
export type LocalErrorCode =
  | "usage"
  | "setting_invalid"
  | "port_taken"
  | "already_starting"
  | "command_failed"
  | "process_exited"
  | "not_ready"
  | "redis_unavailable"
  | "part_missing"
  | "interrupted";

/** A failure with its reason in words for the person at the terminal; `logFile` is where to read more. */
export class LocalError extends Error {
  readonly code: LocalErrorCode;
  readonly logFile: string | undefined;

  constructor(code: LocalErrorCode, message: string, options: { cause?: unknown; logFile?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "LocalError";
    this.code = code;
    this.logFile = options.logFile;
  }
}
