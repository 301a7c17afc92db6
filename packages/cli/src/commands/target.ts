import { versionSchema } from "@mullion/contracts";
import { CliError } from "../errors.ts";

/** The remote and the version in `<remote>@<version>`. @throws {CliError} `usage`. */
export function parseTarget(target: string): { remote: string; version: string } {
  const [remote = "", version = "", ...rest] = target.split("@");
  if (remote === "" || rest.length > 0 || !versionSchema.safeParse(version).success) {
    throw new CliError("usage", `${target} is not <remote>@<version>, such as billing@1.2.0-3f9c2a1b.`, {
      hint: "mullion versions <remote> lists what is published.",
    });
  }
  return { remote, version };
}

/** A number on the command line. @throws {CliError} `usage`, saying what it is for and what it may be. */
export function parseNumber(text: string, name: string, { from, to }: { from: number; to: number }): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= from && value <= to) return value;
  throw new CliError("usage", `${name} is a number from ${String(from)} to ${String(to)}, not ${text}.`);
}
