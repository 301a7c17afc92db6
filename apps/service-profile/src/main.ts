import { createVerifier } from "@mullion/access-token";
import { createLogger, listen } from "@mullion/http-service";
import { createPool } from "@mullion/postgres";
import { env } from "./env.ts";
import { createServer } from "./server.ts";

const logger = createLogger({ name: "service-profile", level: env.LOG_LEVEL });
const pool = createPool({
  connectionString: env.DATABASE_URL,
  onError: (error) => {
    logger.warn({ err: error }, "a database connection broke");
  },
});
const verifier = createVerifier({ issuer: env.ISSUER, audience: env.API_AUDIENCE });
const app = await createServer({ pool, verifier, logger });
app.addHook("onClose", () => pool.end());
await listen(app, { host: env.HOST, port: env.PORT });
