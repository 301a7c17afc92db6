import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { CliError } from "./errors.ts";

const schema = z.object({
  MULLION_REGISTRY: z.url().optional(),
  MULLION_ISSUER: z.url().optional(),
  MULLION_SHELL: z.url().optional(),
  MULLION_CLIENT_ID: z.string().min(1).optional(),
  MULLION_CLIENT_SECRET: z.string().min(1).optional(),
  /** Key that releases are signed with: a private JWK, or the path of a file that holds one. */
  MULLION_SIGNING_KEY: z.string().min(1).optional(),
  /** Folder of the person's settings (XDG Base Directory Specification); relative paths in it do not count. */
  XDG_CONFIG_HOME: z
    .string()
    .refine((folder) => path.isAbsolute(folder))
    .optional()
    .catch(undefined),
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
    findings: result.error.issues.map(({ path: at, message }) => ({
      path: at.map(String).join("."),
      message,
    })),
  });
}

/** Folder that the CLI keeps what belongs to the person in. */
export function configFolder(): string {
  return path.join(readEnv().XDG_CONFIG_HOME ?? path.join(homedir(), ".config"), "mullion");
}

/** Environment of a tool that is run for the person: their own, less what says how this program runs. */
export function toolEnvironment(own: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const {
    NODE_ENV: _mode,
    MULLION_CLIENT_SECRET: _secret,
    MULLION_SIGNING_KEY: _key,
    ...inherited
  } = process.env;
  return { ...inherited, NEXT_TELEMETRY_DISABLED: "1", ...own };
}
