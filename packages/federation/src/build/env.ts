import { z } from "zod";

const schema = z.object({
  /** Names this build; `mullion deploy` sets it. */
  MULLION_BUILD_ID: z
    .string()
    .regex(/^[a-z0-9]{6,40}$/)
    .optional(),
  /** Hash of a task's inputs, set by turbo: the same sources give the same build id. */
  TURBO_HASH: z.string().optional(),
  /** Where `mullion dev` wants to hear how builds go. */
  MULLION_BUILD_REPORTS: z.url().optional(),
});

function readEnv(): z.infer<typeof schema> {
  return schema.parse({
    MULLION_BUILD_ID: process.env["MULLION_BUILD_ID"],
    TURBO_HASH: process.env["TURBO_HASH"],
    MULLION_BUILD_REPORTS: process.env["MULLION_BUILD_REPORTS"],
  });
}

/**
 * Id of the build under way: 6 to 40 lower-case letters and digits. Two different builds must never share one,
 * because the federation container and every immutable URL carry it.
 */
export function readBuildId(now: () => number = Date.now): string {
  const env = readEnv();
  return env.MULLION_BUILD_ID ?? env.TURBO_HASH?.slice(0, 12) ?? `t${now().toString(36)}`;
}

/** Where to report builds in development; undefined when nobody asked. */
export function buildReportsUrl(): string | undefined {
  return readEnv().MULLION_BUILD_REPORTS;
}
