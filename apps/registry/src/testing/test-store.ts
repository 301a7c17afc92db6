import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { StoreSettings } from "../artifacts/store-settings.ts";
import { findSwift, startObjectStore } from "./object-store/start-object-store.ts";

/** A place for artifacts, seen from beside the registry. */
export interface TestStore {
  readonly settings: StoreSettings;
  /** Names of everything that is kept, without the folders. */
  names(): Promise<string[]>;
  /** Takes an object away from underneath; the function puts it back. */
  take(name: string): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** A store in Python takes seconds to start, and more on a machine that does other things. */
export const storeStartMs = 120_000;

async function startFolder(): Promise<TestStore> {
  const folder = await mkdtemp(path.join(tmpdir(), "mullion-store-"));
  const place = (name: string): string => path.join(folder, name.slice(0, 2), name.slice(2, 4), name);
  return {
    settings: { folder },
    async names() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
    async take(name) {
      await rename(place(name), `${place(name)}.away`);
      return () => rename(`${place(name)}.away`, place(name));
    },
    close: () => rm(folder, { recursive: true }),
  };
}

/** Every kind of store that can be had here. What holds for one holds for all. */
export async function findTestStores(): Promise<{ name: string; start: () => Promise<TestStore> }[]> {
  const swift = await findSwift();
  return [
    { name: "a folder", start: startFolder },
    ...(swift === null ? [] : [{ name: "a bucket", start: () => startObjectStore(swift) }]),
  ];
}
