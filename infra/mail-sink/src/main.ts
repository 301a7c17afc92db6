import { createLogger, listen } from "@mullion/http-service";
import { readEnv } from "./env.ts";
import { createMailStore } from "./mail-store.ts";
import { startSmtp } from "./smtp.ts";
import { createWeb } from "./web.ts";

const env = readEnv();
const logger = createLogger({ name: "mail-sink", level: env.LOG_LEVEL });
try {
  const store = createMailStore(env.KEEP);
  const stopSmtp = await startSmtp(store, { host: env.HOST, port: env.SMTP_PORT });
  const web = await createWeb(store, logger);
  web.addHook("onClose", stopSmtp);
  logger.info({ smtpPort: env.SMTP_PORT }, "takes mail");
  await listen(web, { host: env.HOST, port: env.PORT });
} catch (error) {
  logger.fatal({ err: error }, "the mail sink cannot start");
  process.exit(1);
}
