/** What `runMigrations` needs. `dir` holds `<number>_<name>.sql` files with `-- Up Migration` sections. */
export interface MigrationOptions {
  connectionString: string;
  dir: string;
  log?: (message: string) => void;
}

/**
 * Applies the migrations that the database has not seen, all in one transaction, and returns their names. Several
 * processes may start it at once: one works, the others wait for its advisory lock and then find nothing to do.
 */
export async function runMigrations({ connectionString, dir, log }: MigrationOptions): Promise<string[]> {
  // Services import this package for its pool; only the migrations need what brings a compiler and a file finder along.
  const { runner } = await import("node-pg-migrate");
  const done = await runner({
    databaseUrl: connectionString,
    dir,
    direction: "up",
    migrationsTable: "migrations",
    advisoryLockMode: "wait",
    singleTransaction: true,
    log: (message) => log?.(message),
  });
  return done.map(({ name }) => name);
}
