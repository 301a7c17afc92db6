/** Why the Django project does not run. */
export type DjangoErrorCode = "start_failed";

/** A failure with what Django printed. */
export class DjangoError extends Error {
  readonly code: DjangoErrorCode;

  constructor(code: DjangoErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "DjangoError";
    this.code = code;
  }
}
