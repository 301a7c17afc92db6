import { type ZodType, z } from "zod";

/** Variables every service reads; spread into the schema of its own. */
export const commonEnv = {
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: z.coerce.number().int().min(1).max(65_535),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  NODE_ENV: z.string().optional(),
} as const;

/** Proxies whose `X-Forwarded-For` names the visitor: addresses or networks, comma separated. None when not set. */
export const trustedProxiesSchema = z
  .string()
  .transform((list) =>
    list
      .split(",")
      .map((entry) => entry.trim())
      .filter(Boolean),
  )
  .default([]);

/**
 * The environment in the schema's shape. Otherwise names each variable that is missing or wrong on standard error,
 * never its value, and exits 1: a service does not start on a guess.
 */
export function parseEnv<S extends ZodType>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): z.output<S> {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) {
    const name = String(path[0] ?? "environment");
    process.stderr.write(`${name} ${env[name] === undefined ? "is not set" : `is not valid: ${message}`}\n`);
  }
  process.exit(1);
}
