import { fileURLToPath } from "node:url";
import { runMigrations } from "@mullion/postgres";
import { readMigrationEnv } from "./env.ts";

const { DATABASE_URL } = readMigrationEnv();
const dir = fileURLToPath(new URL("../migrations", import.meta.url));
const applied = await runMigrations({ connectionString: DATABASE_URL, dir });
process.stdout.write(applied.length === 0 ? "registry: up to date\n" : `registry: ${applied.join(", ")}\n`);
