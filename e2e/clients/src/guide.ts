import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { GuideError } from "./errors.ts";

/** Where the guides are. */
export const guidesFolder: string = fileURLToPath(new URL("../../../docs/clients/", import.meta.url));

/** A piece of a guide that the tests execute. A piece of shell has no name. */
export interface RunnableBlock {
  readonly language: string;
  readonly name: string;
  readonly code: string;
}

/** A guide's code. */
export interface Guide {
  readonly name: string;
  /** Entries of the client file, as they are written, with their placeholders. */
  readonly clients: readonly string[];
  readonly runnable: readonly RunnableBlock[];
}

const fence = /^```(.*)\n([\s\S]*?)^```$/gm;

/**
 * Finds the code blocks of a guide: `json client` (an entry of the client file), `<language> run [file name]`, and
 * `text` for what a program prints. Throws `block_unmarked` on any other: nobody would notice when it goes stale.
 */
export function parseGuide(name: string, markdown: string): Guide {
  const clients: string[] = [];
  const runnable: RunnableBlock[] = [];
  for (const [, info = "", code = ""] of markdown.matchAll(fence)) {
    const [language = "", mark, file = ""] = info.trim().split(/\s+/);
    if (mark === "client" && language === "json") clients.push(code);
    else if (mark === "run") runnable.push({ language, name: file, code });
    else if (info !== "text") {
      throw new GuideError("block_unmarked", `${name}: the block "${info}" is neither run nor plain output`);
    }
  }
  return { name, clients, runnable };
}

/** Reads `docs/clients/<name>.md`. */
export async function readGuide(name: string): Promise<Guide> {
  return parseGuide(name, await readFile(`${guidesFolder}${name}.md`, "utf8"));
}

/** Puts values in place of `$NAME`, as a shell would. Throws `placeholder_unknown` for one that has no value. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$([A-Z][A-Z_]*)/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new GuideError("placeholder_unknown", `$${name} has no value`);
    return value;
  });
}
