import { readFile } from "node:fs/promises";
import { type ZodType, z } from "zod";
import { type CliCode, CliError } from "../errors.ts";

/** True when a file or folder is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/**
 * A JSON file in the schema's shape.
 * @throws {CliError} `missing` with `hint` when there is no such file, `invalid` when its content is wrong.
 */
export async function readJson<S extends ZodType>(
  file: string,
  schema: S,
  codes: { missing: CliCode; invalid: CliCode; hint: string },
): Promise<z.output<S>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    if (isMissing(cause))
      throw new CliError(codes.missing, `There is no ${file}.`, { hint: codes.hint, cause });
    throw new CliError(codes.invalid, `${file} is not JSON.`, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new CliError(codes.invalid, `${file} is not valid.`, {
    findings: result.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message })),
    cause: result.error,
  });
}
