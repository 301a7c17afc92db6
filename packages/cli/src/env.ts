import { z } from "zod";
import { CliError } from "./errors.ts";

const schema = z.object({
  MULLION_REGISTRY: z.url().optional(),
  MULLION_ISSUER: z.url().optional(),
  MULLION_CLIENT_ID: z.string().min(1).optional(),
  MULLION_CLIENT_SECRET: z.string().min(1).optional(),
});
export type Env = z.infer<typeof schema>;

/**
 * The CLI's variables. Commands say which of them they miss.
 * @throws {CliError} `usage`, naming a variable that is set but wrong.
 */
export function readEnv(): Env {
  const result = schema.safeParse(process.env);
  if (result.success) return result.data;
  throw new CliError("usage", "The environment is not valid.", {
    findings: result.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message })),
  });
}
