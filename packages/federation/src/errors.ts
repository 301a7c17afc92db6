/** Why a remote could not be used. */
export type FederationErrorCode =
  | "host_not_ready"
  | "remote_unavailable"
  | "not_a_component"
  | "render_failed";

/** A remote that could not be loaded or rendered. */
export class FederationError extends Error {
  readonly code: FederationErrorCode;

  constructor(code: FederationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "FederationError";
    this.code = code;
  }
}
