import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { guidesFolder } from "./guide.ts";

/** What a library can do with identity, and the requirement that this shows. */
const operations = {
  "sign-in": "S3.2",
  refresh: "S3.2",
  "client credentials": "S3.2",
  device: "S3.2",
  "token exchange": "S3.2",
  userinfo: "S3.1",
  introspect: "S3.1",
  revoke: "S3.1",
  logout: "S3.1",
} as const;

/** A column of the table. */
export type Operation = keyof typeof operations;

/** Reads the table in `docs/clients/README.md`: per library, the operations it is said to do. */
export function readSupportTable(): Map<string, readonly string[]> {
  const lines = readFileSync(`${guidesFolder}README.md`, "utf8").split("\n");
  const rows = lines.map((line) => line.split("|").map((cell) => cell.trim()));
  const at = rows.findIndex((cells) => cells[1] === "library");
  const header = rows[at] ?? [];
  const end = rows.findIndex((cells, index) => index > at && cells.length < 3);
  const claims = rows.slice(at + 2, end).map(([, library = "", ...cells]) => {
    const claimed = cells.flatMap((cell, index) => (cell.startsWith("✓") ? [header[index + 2] ?? ""] : []));
    return [library.replaceAll("`", ""), claimed] as const;
  });
  return new Map(claims);
}

// Browsers and interpreters start slowly on a busy machine.
const timeoutMs = 60_000;

/** A test that a library does something, which the table has to say as well. */
export function supports(library: string, operation: Operation, run: () => Promise<void>): void {
  const title = `${operations[operation]} S3.10 ${library}: ${operation}`;
  const test = async (): Promise<void> => {
    await run();
    expect(readSupportTable().get(library), "the table in docs/clients/README.md").toContain(operation);
  };
  it(title, test, timeoutMs);
}
