import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { isMissing } from "../artifact/read-json.ts";
import { CliError } from "../errors.ts";

const settingsSchema = z.strictObject({
  $schema: z.string().optional(),
  /** Base URL of the registry. */
  registry: z.url().optional(),
  /** Issuer identifier of the authorization server. */
  issuer: z.url().optional(),
  /** Origin of the shell. */
  shell: z.url().optional(),
  /** Folder of signing keys beside the person's own: the local platform's. */
  keys: z.string().optional(),
});

/** Which platform a project belongs to. */
export type ProjectSettings = z.infer<typeof settingsSchema>;

/** The project's own file, then the one that a platform running on this machine leaves in the clone. */
const names = ["mullion.json", ".mullion/local.json"];

function readFileIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function parse(file: string, text: string): ProjectSettings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError("usage", `${file} is not JSON.`, { cause });
  }
  const result = settingsSchema.safeParse(value);
  if (result.success) return result.data;
  throw new CliError("usage", `${file} is not valid.`, {
    findings: result.error.issues.map(({ path: at, message }) => ({
      path: at.map(String).join("."),
      message,
    })),
  });
}

/** Whoever writes the file means a path beside it, wherever the command is given. */
function withAbsoluteKeys(settings: ProjectSettings, folder: string): ProjectSettings {
  return settings.keys === undefined ? settings : { ...settings, keys: path.resolve(folder, settings.keys) };
}

/**
 * The settings nearest to `from`: `mullion.json`, or `.mullion/local.json` where there is none, in that folder or the
 * first one above it that has either. Empty where no folder has.
 * @throws {CliError} `usage` when the file is not valid.
 */
export function readProjectSettings(from: string): ProjectSettings {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    for (const name of names) {
      const file = path.join(folder, name);
      const text = readFileIfThere(file);
      if (text !== undefined) return withAbsoluteKeys(parse(file, text), path.dirname(file));
    }
    if (folder === path.dirname(folder)) return {};
  }
}
