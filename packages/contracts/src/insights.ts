import { z } from "zod";
import { channelNameSchema } from "./channel-name.ts";
import { paneSignalSchema } from "./pane-telemetry.ts";

/** What happened, as a service saw it. `signin` comes from identity, `requests` (a count per interval) from the gateway, `pane` from the shell. */
export const platformEventSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("signin"),
    at: z.iso.datetime(),
    userId: z.string().max(200),
    outcome: z.enum(["success", "failure"]),
  }),
  z.strictObject({
    type: z.literal("requests"),
    at: z.iso.datetime(),
    routeId: z.string().max(200),
    statusClass: z.enum(["2xx", "3xx", "4xx", "5xx"]),
    count: z.number().int().positive(),
  }),
  z.strictObject({
    type: z.literal("pane"),
    at: z.iso.datetime(),
    /** Of the shell that saw it. Shells from before this field was there said nothing. */
    channel: channelNameSchema.default("production"),
    signal: paneSignalSchema,
  }),
]);
export type PlatformEvent = z.infer<typeof platformEventSchema>;

/** `POST /insights/events`, scope `events:write`. `id` makes a retried batch count once. */
export const eventBatchSchema = z.strictObject({
  id: z.uuid(),
  source: z.string().min(1).max(80),
  events: z.array(platformEventSchema).min(1).max(1000),
});
export type EventBatch = z.infer<typeof eventBatchSchema>;

const [signInEventSchema, requestsEventSchema] = platformEventSchema.options;

/**
 * One text message of `GET /insights/feed` (WebSocket): an event as it was received, and who reported it. Whose sign-in
 * it was is left out: whoever may read counts may not therefore watch people.
 */
export const feedMessageSchema = z.discriminatedUnion("type", [
  signInEventSchema.omit({ userId: true }).extend({ source: z.string() }),
  requestsEventSchema.extend({ source: z.string() }),
]);
export type FeedMessage = z.infer<typeof feedMessageSchema>;

/** State of one part of the platform as just probed. `latencyMs` is null when it did not answer. */
export const partHealthSchema = z.object({
  name: z.string(),
  status: z.enum(["up", "degraded", "down"]),
  latencyMs: z.number().nullable(),
  detail: z.string().nullable(),
});
export type PartHealth = z.infer<typeof partHealthSchema>;

/** `GET /insights/health`, and the data of each event `health` of `GET /insights/live` (SSE). */
export const healthReportSchema = z.object({ checkedAt: z.iso.datetime(), parts: z.array(partHealthSchema) });
export type HealthReport = z.infer<typeof healthReportSchema>;

/** `GET /insights/summary?days=7`; days are UTC dates (`YYYY-MM-DD`), oldest first, none missing. */
export const summarySchema = z.object({
  days: z.array(
    z.object({
      date: z.iso.date(),
      signIns: z.number().int(),
      signInFailures: z.number().int(),
      requests: z.number().int(),
      failedRequests: z.number().int(),
    }),
  ),
  routes: z.array(
    z.object({ routeId: z.string(), requests: z.number().int(), failedRequests: z.number().int() }),
  ),
  annotations: z.array(
    z.object({
      id: z.uuid(),
      date: z.iso.date(),
      text: z.string(),
      author: z.string(),
      createdAt: z.iso.datetime(),
    }),
  ),
});
export type Summary = z.infer<typeof summarySchema>;
export type Annotation = Summary["annotations"][number];

/** `POST /insights/annotations` */
export const newAnnotationSchema = z.strictObject({
  date: z.iso.date(),
  text: z.string().trim().min(1).max(140),
});
export type NewAnnotation = z.infer<typeof newAnnotationSchema>;
