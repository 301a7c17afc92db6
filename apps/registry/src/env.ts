import { commonEnv, parseEnv } from "@mullion/http-service";
import { z } from "zod";

/** Variable of the migration. */
const migrationSchema = z.object({ DATABASE_URL: z.string().startsWith("postgres") });

const schema = migrationSchema.extend({
  ...commonEnv,
  ISSUER: z.url(),
  API_AUDIENCE: z.string().min(1),
  ARTIFACTS_DIR: z.string().min(1),
  PUBLIC_URL: z.url(),
});
export type Env = z.infer<typeof schema>;

/** The environment of the service; ends the process, naming the variable, when one is missing or wrong. */
export function readEnv(): Env {
  return parseEnv(schema, process.env);
}

/** The environment of `migrate.ts`. */
export function readMigrationEnv(): z.infer<typeof migrationSchema> {
  return parseEnv(migrationSchema, process.env);
}
