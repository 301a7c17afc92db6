import { join, resolve } from "node:path";
import { stateRoot } from "./places.ts";

/** Folders of one platform. */
export interface Layout {
  /** What outlives a stop: databases, secrets, artifacts. */
  readonly data: string;
  readonly logs: string;
  /** Who runs now. */
  readonly run: string;
}

/** Folders of the platform whose home is `dataDir`; `.mullion` in the repository unless told. */
export function layoutOf(dataDir?: string): Layout {
  const home = dataDir === undefined ? stateRoot : resolve(dataDir);
  return { data: join(home, "data"), logs: join(home, "logs"), run: join(home, "run") };
}
