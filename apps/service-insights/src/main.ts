import { createVerifier } from "@mullion/access-token";
import { createLogger, listen } from "@mullion/http-service";
import { createPool } from "@mullion/postgres";
import { env } from "./env.ts";
import { createServer } from "./server.ts";

const logger = createLogger({ name: "service-insights", level: env.LOG_LEVEL });
const pool = createPool({
  connectionString: env.DATABASE_URL,
  onError: (error) => {
    logger.warn({ err: error }, "a database connection broke");
  },
});
const verifier = createVerifier({ issuer: env.ISSUER, audience: env.API_AUDIENCE });
const app = await createServer({ pool, verifier, healthTargets: env.HEALTH_TARGETS, logger });
app.addHook("onClose", () => pool.end());
await listen(app, { host: env.HOST, port: env.PORT });
