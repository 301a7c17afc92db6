import { createLogger } from "@mullion/http-service";
import { createPool } from "@mullion/postgres";
import { readSeedEnv } from "./env.ts";
import { seedUsers } from "./users/seed-users.ts";

const env = readSeedEnv();
const logger = createLogger({ name: "identity-seed" });
const pool = createPool({ connectionString: env.DATABASE_URL, max: 1 });
try {
  const created = await seedUsers(pool, env.SEED_FILE);
  logger.info({ created }, "seeded");
} finally {
  await pool.end();
}
