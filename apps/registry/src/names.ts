import { channelNameSchema, remoteManifestSchema, versionSchema } from "@mullion/contracts";
import { refuse } from "./errors.ts";

const remoteNameSchema = remoteManifestSchema.shape.name;

/** The remote a URL names. @throws {ProblemError} `path_invalid`: what is no name never reaches the database. */
export function parseRemoteName(value: string): string {
  if (remoteNameSchema.safeParse(value).success) return value;
  throw refuse("path_invalid", "A remote is named by lower-case letters, digits and dashes, at most 40.");
}

/** The channel a URL names. @throws {ProblemError} `path_invalid`. */
export function parseChannelName(value: string): string {
  if (channelNameSchema.safeParse(value).success) return value;
  throw refuse("path_invalid", "A channel is named by lower-case letters, digits and dashes, at most 40.");
}

/** The version a URL names. @throws {ProblemError} `path_invalid`. */
export function parseVersion(value: string): string {
  if (versionSchema.safeParse(value).success) return value;
  throw refuse("path_invalid", "A version is written like 1.2.0-3f9c2a1b: three numbers and the build's id.");
}
