import { commonEnv, parseEnv } from "@mullion/http-service";
import { rootKeysSchema } from "@mullion/release-signing";
import { z } from "zod";
import { findStoreIssue, storeVariables, toStoreSettings } from "./artifacts/store-settings.ts";
import { signingKeySchema } from "./overrides/signing-key.ts";

/** Variable of the migration. */
const migrationSchema = z.object({ DATABASE_URL: z.string().startsWith("postgres") });

const variables = migrationSchema.extend({
  ...commonEnv,
  ...storeVariables,
  ISSUER: z.url(),
  API_AUDIENCE: z.string().min(1),
  PUBLIC_URL: z.url(),
  OVERRIDE_SIGNING_KEY: signingKeySchema,
  RELEASE_ROOT_KEYS: rootKeysSchema,
  INSIGHTS_URL: z.url(),
  CLIENT_ID: z.string().min(1),
  CLIENT_SECRET: z.string().min(1),
  MAX_ENTRY_BYTES: z.coerce.number().int().min(1_000).default(20_000),
  MAX_FIRST_PAINT_BYTES: z.coerce.number().int().min(1_000).default(150_000),
});
const schema = variables
  .superRefine((env, context) => {
    const issue = findStoreIssue(env);
    if (issue !== null) context.addIssue({ code: "custom", path: [issue.name], message: issue.message });
  })
  .transform((env) => ({ ...env, artifacts: toStoreSettings(env) }));
export type Env = z.infer<typeof schema>;

/** The environment of the service; ends the process, naming the variable, when one is missing or wrong. */
export function readEnv(): Env {
  return parseEnv(schema, process.env);
}

/** The environment of `migrate.ts`. */
export function readMigrationEnv(): z.infer<typeof migrationSchema> {
  return parseEnv(migrationSchema, process.env);
}
