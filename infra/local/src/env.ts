import { z } from "zod";
import { LocalError } from "./errors.ts";

const schema = z.object({
  PATH: z.string().min(1),
  /** When the command was called, in milliseconds since 1970: set-up done before this program counts as well. */
  MULLION_STARTED_AT: z.coerce.number().int().optional(),
  /** First port of the platform; every other port has a fixed distance from it. */
  MULLION_PORT_BASE: z.coerce.number().int().min(1024).max(63_000).default(3000),
  /** Where databases, secrets and logs of the platform live. Unset: `.mullion` in the repository. */
  MULLION_DATA_DIR: z.string().min(1).optional(),
  /** Use this Postgres instead of the embedded one; the user must be allowed to create databases. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Use this Redis instead of starting one. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
});

/** Settings of the local platform, from the environment. */
export type LocalSettings = z.infer<typeof schema>;

/** Settings as the environment has them now. Throws `setting_invalid` naming each bad variable. */
export function readSettings(env: Readonly<NodeJS.ProcessEnv> = process.env): LocalSettings {
  // An empty variable means "not set", as `MULLION_DATA_DIR= npm run up` would have it.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new LocalError("setting_invalid", lines.join("\n"));
}

const inherited = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "NODE_EXTRA_CA_CERTS", "CI"];

/** What a process of the platform gets of this one's environment. Everything else it needs is set by name. */
export function inheritedEnvironment(env: Readonly<NodeJS.ProcessEnv> = process.env): Record<string, string> {
  const entries = inherited.map((name) => [name, env[name]] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is [(typeof entry)[0], string] => entry[1] !== undefined),
  );
}
