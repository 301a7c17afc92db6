import { inspect, stripVTControlCharacters, styleText } from "node:util";
import { CliError } from "./errors.ts";

/** Where a command writes: people get lines, scripts one JSON document on standard output. */
export interface Output {
  /** A step on the way; people only, on standard error. */
  progress(line: string): void;
  /** What a person has to do for the command to go on; on standard error, beside a script's output too. */
  ask(lines: readonly string[]): void;
  /** The result: `lines` for people, `value` for scripts. */
  result(value: unknown, lines: readonly string[]): void;
  failure(error: unknown): CliError["exitCode"];
}

/** Columns padded to equal width. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const width = (cell: string): number => stripVTControlCharacters(cell).length;
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => width(row[at] ?? ""))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell + " ".repeat((widths[at] ?? 0) - width(cell)))
      .join("  ")
      .trimEnd();
  return [styleText("dim", line(head), { stream: process.stdout }), ...rows.map(line)];
}

function describe(error: CliError): string[] {
  return [
    `${styleText("red", "✗", { stream: process.stderr })} ${error.message}`,
    ...error.findings.map(({ path, message }) => `  ${path}: ${message}`),
    ...(error.hint === undefined ? [] : [`  ${error.hint}`]),
  ];
}

/** Output for people, or for scripts when `json`. */
export function createOutput(json: boolean): Output {
  const print = (stream: NodeJS.WriteStream, line: string): void => void stream.write(`${line}\n`);
  return {
    progress(line) {
      if (!json) print(process.stderr, styleText("dim", `  ${line}`, { stream: process.stderr }));
    },
    ask(lines) {
      for (const line of lines) print(process.stderr, line);
    },
    result(value, lines) {
      if (json) print(process.stdout, JSON.stringify(value));
      else for (const line of lines) print(process.stdout, line);
    },
    failure(thrown) {
      // Anything else is a fault of the CLI, and its trace is what a report of it needs.
      const error = thrown instanceof CliError ? thrown : new CliError("internal", inspect(thrown));
      const { code, message, hint, problemCode, findings } = error;
      if (json)
        print(process.stdout, JSON.stringify({ error: { code, message, hint, problemCode, findings } }));
      else for (const line of describe(error)) print(process.stderr, line);
      return error.exitCode;
    },
  };
}
