/**
 * Why a remote could not be used. `integrity_mismatch`: a file has other bytes than were published. `no_hash`: a file was
 * asked for that the version does not list; it was not requested.
 */
export type FederationErrorCode =
  | "host_not_ready"
  | "remote_unavailable"
  | "remote_timeout"
  | "integrity_mismatch"
  | "no_hash"
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
