/** What is wrong with a guide, or with running it. */
export type GuideErrorCode = "block_unmarked" | "block_unknown" | "placeholder_unknown" | "block_failed";

/** A guide that cannot be followed. */
export class GuideError extends Error {
  readonly code: GuideErrorCode;

  constructor(code: GuideErrorCode, message: string) {
    super(message);
    this.name = "GuideError";
    this.code = code;
  }
}
