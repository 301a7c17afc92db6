import { fileURLToPath } from "node:url";
import { createLogger } from "@mullion/http-service";
import { runMigrations } from "@mullion/postgres";
import { readMigrateEnv } from "./env.ts";

const logger = createLogger({ name: "identity-migrate" });
const applied = await runMigrations({
  connectionString: readMigrateEnv().DATABASE_URL,
  dir: fileURLToPath(new URL("../migrations", import.meta.url)),
});
logger.info({ applied }, "migrated");
