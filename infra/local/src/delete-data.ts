import { rm } from "node:fs/promises";
import { join } from "node:path";
import { layoutOf } from "./layout.ts";
import { isRoot, outsidePlace } from "./places.ts";

/** Deletes everything that a platform which does not run has kept: databases, secrets, artifacts. */
export async function deletePlatformData(dataDir?: string): Promise<void> {
  const { data } = layoutOf(dataDir);
  if (isRoot) await rm(outsidePlace(join(data, "postgres")), { recursive: true, force: true });
  await rm(data, { recursive: true, force: true });
}
