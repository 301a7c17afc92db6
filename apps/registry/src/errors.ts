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
  | "integrity_mismatch"
  | "live_version_changed"
  | "no_stable_version"
  | "nothing_to_roll_back"
  | "path_invalid"
  | "release_invalid"
  | "remote_unknown"
  | "route_taken"
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
  integrity_mismatch: { status: 422, title: "The bytes do not have this hash" },
  live_version_changed: { status: 409, title: "Another version is live by now" },
  no_stable_version: { status: 409, title: "No version is live that could be compared with" },
  nothing_to_roll_back: { status: 409, title: "No version was promoted before" },
  path_invalid: { status: 400, title: "The path is not valid" },
  release_invalid: { status: 422, title: "The release is refused" },
  remote_unknown: { status: 404, title: "No such remote" },
  route_taken: { status: 409, title: "A route belongs to another remote" },
  version_exists: { status: 409, title: "The version exists with other content" },
  version_is_stable: { status: 409, title: "The version is live already" },
  version_unknown: { status: 404, title: "No such version" },
};

/** The refusal to throw: status and title follow from the code, `detail` says what to do about it. */
export function refuse(code: RegistryCode, detail: string, issues?: Problem["issues"]): ProblemError {
  return new ProblemError({ ...answers[code], code, detail, ...(issues === undefined ? {} : { issues }) });
}
