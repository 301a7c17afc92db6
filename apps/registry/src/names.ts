import { channelNameSchema, remoteManifestSchema } from "@mullion/contracts";
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
