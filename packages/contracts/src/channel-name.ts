import { z } from "zod";

/** Name of a channel: a set of live versions, one per remote, that fronts follow. */
export const channelNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "lower-case letters, digits and dashes, at most 40");
