import { createClientCredentials, createVerifier } from "@mullion/access-token";
import { apiRoutes, serviceRoutes } from "@mullion/contracts";
import { createEventSink } from "@mullion/events";
import { createLogger, listen } from "@mullion/http-service";
import { env } from "./env.ts";
import { createMetrics } from "./metrics.ts";
import { createRateLimit } from "./rate-limit.ts";
import { connectRedis } from "./redis.ts";
import { createServer } from "./server.ts";

const logger = createLogger({ name: "gateway", level: env.LOG_LEVEL });
const metrics = createMetrics();
const redis = connectRedis(env.REDIS_URL, logger);
const events = createEventSink({
  url: env.INSIGHTS_URL,
  source: "gateway",
  getToken: createClientCredentials({
    issuer: env.ISSUER,
    clientId: env.EVENTS_CLIENT_ID,
    clientSecret: env.EVENTS_CLIENT_SECRET,
    scope: "events:write",
  }).getToken,
  logger,
});
const app = await createServer({
  routes: serviceRoutes(apiRoutes),
  upstreams: {
    profile: env.PROFILE_URL,
    insights: env.INSIGHTS_URL,
    identity: env.IDENTITY_URL,
    registry: env.REGISTRY_URL,
  },
  verifier: createVerifier({ issuer: env.ISSUER, audience: env.API_AUDIENCE }),
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
});
app.addHook("onClose", async () => {
  redis.disconnect();
});
await listen(app, { host: env.HOST, port: env.PORT });
