import { z } from "zod";

const targets = z.record(z.string().min(1).max(80), z.url({ protocol: /^https?$/ }));

/** Parts to probe, by name, each with the URL of its `/healthz`. */
export type HealthTargets = z.infer<typeof targets>;

/** The same as it stands in the environment: a JSON object. */
export const healthTargetsSchema = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "must be a JSON object of names and URLs" });
      return z.NEVER;
    }
  })
  .pipe(targets);
