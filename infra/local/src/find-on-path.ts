import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { inheritedEnvironment } from "./env.ts";

/** Absolute path of an executable on PATH. */
export async function findOnPath(name: string): Promise<string | undefined> {
  const folders = (inheritedEnvironment()["PATH"] ?? "").split(delimiter);
  for (const folder of [...folders, "/usr/sbin", "/usr/local/sbin"]) {
    const path = join(folder, name);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    ) {
      return path;
    }
  }
  return undefined;
}
