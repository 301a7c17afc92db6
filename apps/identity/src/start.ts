import { createClientCredentials } from "@mullion/access-token";
import { createEventSink } from "@mullion/events";
import { createLogger, listen } from "@mullion/http-service";
import { createPool } from "@mullion/postgres";
import { connectRedis } from "@mullion/token-store";
import { readClientFile } from "./clients/client-file.ts";
import { readLimits, readServerEnv } from "./env.ts";
import { configuredUpstreams } from "./federation/configured-upstreams.ts";
import { keyPolicy } from "./keys/key-rotation.ts";
import { loadSigningKeys } from "./keys/signing-keys.ts";
import { createOutbox } from "./mail/outbox.ts";
import { createSmtp } from "./mail/smtp.ts";
import { createMetrics } from "./metrics/metrics.ts";
import { serveMetrics } from "./metrics/metrics-server.ts";
import { createIdentity } from "./server.ts";

const env = readServerEnv();
const limits = readLimits();
const logger = createLogger({ name: "identity", level: env.LOG_LEVEL });
const warn = (err: Error): void => {
  logger.warn({ err }, "a connection was lost");
};

try {
  const pool = createPool({ connectionString: env.DATABASE_URL, onError: warn });
  const redis = connectRedis(env.REDIS_URL, warn);
  // Asked for when there is a first event to send: identity is its own issuer and has to listen before.
  const { getToken } = createClientCredentials({
    issuer: env.ISSUER,
    clientId: env.EVENTS_CLIENT_ID,
    clientSecret: env.EVENTS_CLIENT_SECRET,
    scope: "events:write",
  });
  const events = createEventSink({ url: env.INSIGHTS_URL, source: "identity", getToken, logger });
  const smtp = createSmtp({ url: env.SMTP_URL, from: env.MAIL_FROM });
  const mailer = createOutbox({ pool, keyRing: env.KEY_ENCRYPTION_KEYS, deliver: smtp.deliver, logger });
  const metrics = createMetrics();
  const app = await createIdentity({
    issuer: env.ISSUER,
    audience: env.API_AUDIENCE,
    accessTokenTtlSeconds: env.ACCESS_TOKEN_TTL_SECONDS,
    cookieKeys: env.COOKIE_KEYS,
    clients: await readClientFile(env.CLIENTS_FILE),
    keys: await loadSigningKeys(pool, env.KEY_ENCRYPTION_KEYS),
    keyRing: env.KEY_ENCRYPTION_KEYS,
    keyPolicy: keyPolicy(env.KEY_ROTATION_DAYS),
    pool,
    redis,
    events,
    upstreams: configuredUpstreams(env),
    mailer,
    limits,
    trustedProxies: env.TRUSTED_PROXIES,
    logger,
    metrics,
  });
  const metricsAddress = { host: env.METRICS_HOST, port: env.METRICS_PORT };
  const metricsServer = await serveMetrics(metrics, metricsAddress);
  app.addHook("onClose", async () => {
    await metricsServer.close();
    await events.close();
    await mailer.close();
    smtp.close();
    redis.disconnect();
    await pool.end();
  });
  await listen(app, { host: env.HOST, port: env.PORT });
} catch (error) {
  logger.fatal({ err: error }, "identity cannot start");
  process.exit(1);
}
