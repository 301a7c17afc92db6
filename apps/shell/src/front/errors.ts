/** Why the front could not do its part. Answers to browsers are problem documents of `@mullion/bff`. */
export type ShellErrorCode =
  | "artifact_unavailable"
  | "artifact_tampered"
  | "artifact_host_refused"
  | "key_revoked"
  | "unknown_artifact"
  | "registry_unheard"
  | "registry_failed"
  | "render_gone"
  | "bad_ticket"
  | "undeclared_read";

/** A failure inside the shell's front. */
export class ShellError extends Error {
  readonly code: ShellErrorCode;

  constructor(code: ShellErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ShellError";
    this.code = code;
  }
}
