import { join } from "node:path";
import { z } from "zod";
import { LocalError } from "./errors.ts";
import { repositoryRoot } from "./places.ts";

const schema = z.object({
  PATH: z.string().min(1),
  /** When the command was called, in milliseconds since 1970: set-up done before this program counts as well. */
  MULLION_STARTED_AT: z.coerce.number().int().optional(),
  /** First port of the platform; every other port has a fixed distance from it. */
  MULLION_PORT_BASE: z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .min(1024, "must be 1024 or more")
    .max(63_000, "must be 63000 or less")
    .default(3000),
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

/**
 * What the project's tools (npm, apt, turbo, test runners) get: the person's own environment with its proxies and
 * certificates, the pinned tools first on PATH, and the wish that they ask nothing and report nothing to their makers.
 */
export function toolEnvironment(env: Readonly<NodeJS.ProcessEnv> = process.env): Record<string, string> {
  const own = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const folders = ["node_modules/.bin", ".mullion/tools/node_modules/.bin"].map((folder) =>
    join(repositoryRoot, folder),
  );
  return {
    ...Object.fromEntries(own),
    PATH: [...folders, env["PATH"] ?? ""].join(":"),
    CI: "true",
    NO_COLOR: "1",
    DO_NOT_TRACK: "1",
    TURBO_TELEMETRY_DISABLED: "1",
    NEXT_TELEMETRY_DISABLED: "1",
    NO_UPDATE_NOTIFIER: "1",
  };
}
