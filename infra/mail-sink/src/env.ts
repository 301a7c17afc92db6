import { commonEnv, parseEnv } from "@mullion/http-service";
import { z } from "zod";

const loopback = z.enum(["127.0.0.1", "::1", "localhost"]);

const schema = z.object({
  ...commonEnv,
  HOST: loopback.default("127.0.0.1"),
  SMTP_PORT: z.coerce.number().int().min(1).max(65_535),
  /** How many mails are kept; the oldest go first. */
  KEEP: z.coerce.number().int().min(1).max(10_000).default(200),
  // Whoever opens its page reads everybody's mail, links that let them in too.
  NODE_ENV: z
    .string()
    .optional()
    .refine((value) => value !== "production", "the mail sink does not run in production"),
});

/** Environment of the mail sink. */
export type Env = z.output<typeof schema>;

/** Reads the environment; exits naming each variable that is missing or unsafe. */
export function readEnv(env: NodeJS.ProcessEnv = process.env): Env {
  return parseEnv(schema, env);
}
