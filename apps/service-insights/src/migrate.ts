import { runMigrations } from "@mullion/postgres";
import { env } from "./env.ts";

await runMigrations({
  connectionString: env.DATABASE_URL,
  dir: `${import.meta.dirname}/../migrations`,
  log: (message) => process.stdout.write(`${message}\n`),
});
