import type { Problem } from "@mullion/contracts";
import { ProblemError } from "@mullion/http-service";

/** Codes the registry answers with beside those every service has. */
export type RegistryCode =
  | "artifact_missing"
  | "artifact_unknown"
  | "blob_too_large"
  | "blob_unknown"
  | "blobs_missing"
  | "canary_running"
  | "canary_unknown"
  | "container_taken"
  | "delegation_outdated"
  | "delegation_unknown"
  | "health_unknown"
  | "host_unknown"
  | "integrity_mismatch"
  | "key_revoked"
  | "key_unknown"
  | "last_publisher"
  | "live_version_changed"
  | "no_stable_version"
  | "not_a_publisher"
  | "nothing_to_roll_back"
  | "override_not_yours"
  | "override_unknown"
  | "path_invalid"
  | "publisher_unknown"
  | "release_invalid"
  | "remote_unknown"
  | "route_taken"
  | "signature_refused"
  | "version_exists"
  | "version_is_stable"
  | "version_unknown";

const answers: Record<RegistryCode, { status: number; title: string }> = {
  artifact_missing: { status: 404, title: "The file is listed but its bytes are missing" },
  artifact_unknown: { status: 404, title: "No such file in a published version" },
  blob_too_large: { status: 413, title: "The file is too large" },
  blob_unknown: { status: 404, title: "No such blob" },
  blobs_missing: { status: 422, title: "Files of the release have not been uploaded" },
  canary_running: { status: 409, title: "Another version is on trial" },
  canary_unknown: { status: 409, title: "This version is not on trial" },
  container_taken: { status: 409, title: "Another version has this container name" },
  delegation_outdated: { status: 409, title: "A later delegation of this key is known" },
  delegation_unknown: { status: 404, title: "No such key is delegated" },
  // Not 5xx: asking again at once does not help, and what was asked for beside it is there.
  health_unknown: { status: 424, title: "Nobody knows just now how versions fare" },
  host_unknown: { status: 404, title: "No shell of this channel has said what it brings" },
  integrity_mismatch: { status: 422, title: "The bytes do not have this hash" },
  key_revoked: { status: 409, title: "The key was revoked" },
  key_unknown: { status: 409, title: "The key is not delegated" },
  last_publisher: { status: 409, title: "The remote would belong to nobody" },
  live_version_changed: { status: 409, title: "Another version is live by now" },
  no_stable_version: { status: 409, title: "No version is live that could be compared with" },
  not_a_publisher: { status: 403, title: "The remote belongs to others" },
  nothing_to_roll_back: { status: 409, title: "No version was promoted before" },
  override_not_yours: { status: 403, title: "This override is not yours to make or revoke" },
  override_unknown: { status: 404, title: "No such override, or no longer" },
  path_invalid: { status: 400, title: "The path is not valid" },
  publisher_unknown: { status: 404, title: "No such publisher" },
  release_invalid: { status: 422, title: "The release is refused" },
  remote_unknown: { status: 404, title: "No such remote" },
  route_taken: { status: 409, title: "A route belongs to another remote" },
  signature_refused: { status: 422, title: "The signature does not prove this" },
  version_exists: { status: 409, title: "The version exists with other content" },
  version_is_stable: { status: 409, title: "The version is live already" },
  version_unknown: { status: 404, title: "No such version" },
};

/** The refusal to throw: status and title follow from the code, `detail` says what to do about it. */
export function refuse(code: RegistryCode, detail: string, issues?: Problem["issues"]): ProblemError {
  return new ProblemError({ ...answers[code], code, detail, ...(issues === undefined ? {} : { issues }) });
}
