export type { Pool, PoolClient } from "pg";
export { type MigrationOptions, runMigrations } from "./migrations.ts";
export { checkPostgres, createPool, type PoolOptions } from "./pool.ts";
export { inTransaction } from "./transaction.ts";
export { isUnavailable } from "./unavailable.ts";
