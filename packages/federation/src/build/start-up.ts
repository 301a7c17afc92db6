import { createRequire } from "node:module";
import { join } from "node:path";
import { describeEntry, type EntryFunction } from "./layers.ts";

/** What Next calls the entry that every page loads. */
const startUpEntry = "main";

/** Has the start-up import a file before anything else. */
export function withStartUp(entry: EntryFunction, file: string): EntryFunction {
  return async () => {
    const entries = await entry();
    const startUp = entries[startUpEntry];
    if (startUp === undefined) return entries;
    const { import: imported, ...rest } = describeEntry(startUp);
    return { ...entries, [startUpEntry]: { ...rest, import: [file, imported].flat() } };
  };
}

/**
 * A file that is in the chunk of React, and is no shared module. React itself is asked for by the share scope only, once the start-up
 * runs: its chunk, the largest of the page, would not be among the files that the HTML names, and be asked for a round trip
 * after all others were there.
 */
export function besideReact(dir: string): string {
  const reactDom = createRequire(join(dir, "package.json")).resolve("react-dom/package.json");
  return createRequire(reactDom).resolve("scheduler");
}
