import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { stateRoot } from "./places.ts";

/** Folders of one platform. */
export interface Layout {
  /** All of it. */
  readonly home: string;
  /** What outlives a stop: databases, secrets, artifacts. */
  readonly data: string;
  readonly logs: string;
  /** Who runs now. */
  readonly run: string;
}

/** Folders of the platform whose home is `dataDir`; `.mullion` in the repository unless told. */
export function layoutOf(dataDir?: string): Layout {
  const home = dataDir === undefined ? stateRoot : resolve(dataDir);
  return { home, data: join(home, "data"), logs: join(home, "logs"), run: join(home, "run") };
}

/** Leaves the platform's addresses where `mullion` finds them, so that inside the clone its commands need no option. */
export async function writeAddresses(
  { home }: Layout,
  addresses: { registry: string; issuer: string; shell: string; keys: string },
): Promise<void> {
  await writeFile(join(home, "local.json"), `${JSON.stringify(addresses, null, 2)}\n`);
}
