import { parseArgs } from "node:util";
import { signingAlgorithmSchema } from "@mullion/contracts/identity-clients";
import { createLogger, ProblemError } from "@mullion/http-service";
import { createPool } from "@mullion/postgres";
import { readKeyEnv } from "./env.ts";
import { dropKey, keyPolicy, rotateKeys } from "./keys/key-rotation.ts";
import { readKeys } from "./keys/key-store.ts";

const { values } = parseArgs({ options: { alg: { type: "string" }, drop: { type: "string" } } });
const env = readKeyEnv();
const logger = createLogger({ name: "identity-keys" });
const pool = createPool({ connectionString: env.DATABASE_URL, max: 1 });
const work = { pool, ring: env.KEY_ENCRYPTION_KEYS, policy: keyPolicy(env.KEY_ROTATION_DAYS) };
try {
  if (values.drop === undefined) {
    await rotateKeys(work, signingAlgorithmSchema.optional().parse(values.alg), {});
  } else {
    await dropKey(work, values.drop, {});
  }
  const keys = await readKeys(pool);
  logger.info({ keys: keys.map(({ kid, alg, status }) => ({ kid, alg, status })) }, "the keys are");
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  logger.error({ code: error.code }, error.message);
  process.exitCode = 1;
} finally {
  await pool.end();
}
