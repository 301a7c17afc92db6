interface EntryDescription {
  import: string | string[];
  layer?: string | null;
}
type Entries = Record<string, string | string[] | EntryDescription>;
/** An entry with its keys, however it is written. */
export function describeEntry(entry: Entries[string]): EntryDescription {
  return typeof entry === "string" || Array.isArray(entry) ? { import: entry } : entry;
}

/** Next's `config.entry`: an async function of the entries. */
export type EntryFunction = () => Promise<Entries>;

/**
 * Puts every page entry, and those `added`, into no webpack layer. Next 15 compiles client pages in the layer `pages-dir-browser` while
 * modules in the share scope have none: two `RouterContext`s result, and hydration fails with "NextRouter was not
 * mounted" (module-federation/core#3634). Next adds its layer only to entries without a `layer` key of their own.
 */
export function withoutEntryLayers(entry: EntryFunction, added: Entries = {}): EntryFunction {
  return async () => {
    const entries = { ...(await entry()), ...added };
    return Object.fromEntries(
      Object.entries(entries).map(([name, value]) => {
        if (name.startsWith("pages/api/")) return [name, value];
        const description = describeEntry(value);
        return [name, "layer" in description ? description : { ...description, layer: null }];
      }),
    );
  };
}
