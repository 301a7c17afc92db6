import { createClientCredentials, createIntrospection, createVerifier } from "@mullion/access-token";
import { apiRoutes, serviceRoutes } from "@mullion/contracts";
import { createEventSink } from "@mullion/events";
import { createLogger, listen } from "@mullion/http-service";
import { connectRedis } from "@mullion/token-store";
import { env } from "./env.ts";
import { createMetrics } from "./metrics.ts";
import { createRateLimit } from "./rate-limit.ts";
import { createServer } from "./server.ts";

const logger = createLogger({ name: "gateway", level: env.LOG_LEVEL });
const client = { issuer: env.ISSUER, clientId: env.CLIENT_ID, clientSecret: env.CLIENT_SECRET };
const routes = serviceRoutes(apiRoutes);
const metrics = createMetrics();
const redis = connectRedis(env.REDIS_URL, (error) => {
  logger.warn({ err: error }, "Redis connection");
});
const events = createEventSink({
  url: env.INSIGHTS_URL,
  source: "gateway",
  getToken: createClientCredentials({
    ...client,
    scope: "events:write",
  }).getToken,
  logger,
});
const app = await createServer({
  routes,
  upstreams: {
    profile: env.PROFILE_URL,
    insights: env.INSIGHTS_URL,
    identity: env.IDENTITY_URL,
    registry: env.REGISTRY_URL,
  },
  verifier: createVerifier({ issuer: env.ISSUER, audience: routes.map(({ audience }) => audience) }),
  introspection: createIntrospection(client),
  rateLimit: createRateLimit({
    redis,
    keyPrefix: "gateway",
    perSubject: env.RATE_LIMIT_PER_SUBJECT,
    perAddress: env.RATE_LIMIT_PER_ADDRESS,
    windowSeconds: 60,
    logger,
    metrics,
  }),
  metrics,
  events,
  logger,
  streamLimitMs: env.STREAM_LIMIT_SECONDS * 1000,
  corsOrigins: env.CORS_ORIGINS ?? [],
});
app.addHook("onClose", async () => {
  redis.disconnect();
});
await listen(app, { host: env.HOST, port: env.PORT });
