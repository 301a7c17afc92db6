import websocket from "@fastify/websocket";
import { accessTokenPlugin, type Verifier } from "@mullion/access-token";
import {
  channelNameSchema,
  eventBatchSchema,
  newAnnotationSchema,
  remoteManifestSchema,
} from "@mullion/contracts";
import { createHttpService, parseBody, parseQuery } from "@mullion/http-service";
import { checkPostgres, type Pool } from "@mullion/postgres";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { z } from "zod";
import { addAnnotation } from "./annotations.ts";
import { createFeed } from "./feed.ts";
import { feedRoute } from "./feed-route.ts";
import { createHealthProbe } from "./health.ts";
import type { HealthTargets } from "./health-targets.ts";
import { createHealthWatch } from "./health-watch.ts";
import { ingest } from "./ingest.ts";
import { liveRoute } from "./live-route.ts";
import { readPanes } from "./panes/read-panes.ts";
import { readSummary } from "./summary.ts";

/** How the streams behave. Times are in milliseconds. */
export interface StreamSettings {
  /** Between two looks at the platform's health while somebody watches. */
  lookMs: number;
  heartbeatMs: number;
  pingMs: number;
  backlogBytes: number;
}

// The gateway gives a stream up on which nothing came for a minute.
const streamDefaults: StreamSettings = {
  lookMs: 2_000,
  heartbeatMs: 15_000,
  pingMs: 25_000,
  backlogBytes: 1024 * 1024,
};

/** What the service is made of. */
export interface ServerParts {
  pool: Pool;
  verifier: Verifier;
  healthTargets: HealthTargets;
  logger: Logger;
  /** Times and sizes of the streams, where they are to differ from the defaults. */
  streams?: Partial<StreamSettings>;
}

const panesQuery = z.strictObject({
  minutes: z.coerce.number().int().min(1).max(10_080).default(1_440),
  since: z.iso.datetime().optional(),
  remote: remoteManifestSchema.shape.name.optional(),
  channel: channelNameSchema.optional(),
});

const summaryQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(90).default(7) });

// A thousand events of the largest kind.
const batchLimitBytes = 512 * 1024;

/** The service, ready to listen. It validates every access token itself, whoever forwards it. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { pool, verifier, logger } = parts;
  const app = createHttpService({
    name: "service-insights",
    logger,
    webSockets: true,
    bodyLimitBytes: 16_384,
    checks: { postgres: () => checkPostgres(pool), keys: () => verifier.ready() },
  });
  await app.register(accessTokenPlugin, { verifier });
  const health = createHealthProbe(parts.healthTargets);

  // For the whole service: it is what answers handshakes at other paths, too.
  await app.register(websocket, { options: { maxPayload: 1_024 } });
  const feed = createFeed();
  const { lookMs, heartbeatMs, pingMs, backlogBytes } = { ...streamDefaults, ...parts.streams };
  await app.register(liveRoute, { watch: createHealthWatch(health, lookMs), heartbeatMs });
  await app.register(feedRoute, { feed, pingMs, backlogBytes });

  app.get("/insights/health", { onRequest: app.requireScope("insights:read") }, () => health());
  app.get("/insights/summary", { onRequest: app.requireScope("insights:read") }, ({ query }) =>
    readSummary(pool, parseQuery(summaryQuery, query).days),
  );
  app.get("/insights/panes", { onRequest: app.requireScope("insights:read") }, ({ query }) => {
    const { since, minutes, remote, channel } = parseQuery(panesQuery, query);
    const start = since === undefined ? Date.now() - minutes * 60_000 : Date.parse(since);
    return readPanes(pool, { since: new Date(start), remote, channel });
  });
  app.post(
    "/insights/annotations",
    { onRequest: app.requireScope("insights:write") },
    async (request, reply) => {
      const annotation = parseBody(newAnnotationSchema, request.body);
      return reply.code(201).send(await addAnnotation(pool, request.accessToken, annotation));
    },
  );
  app.post(
    "/insights/events",
    { onRequest: app.requireScope("events:write"), bodyLimit: batchLimitBytes },
    async (request) => {
      const batch = parseBody(eventBatchSchema, request.body);
      const { counted, leftOut } = await ingest(pool, request.accessToken.client_id, batch);
      if (counted) feed.publish(batch);
      if (leftOut > 0) request.log.warn({ leftOut }, "too many versions are reported, some are not counted");
      return { counted: counted ? batch.events.length - leftOut : 0 };
    },
  );
  return app;
}
