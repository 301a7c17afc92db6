import {
  type CanaryChange,
  type ChannelChange,
  canaryAbortSchema,
  channelNameSchema,
  newCanarySchema,
  promotionSchema,
  type RolloutList,
  rollbackSchema,
} from "@mullion/contracts";
import { parseBody, parseQuery } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { actorOf } from "../actor.ts";
import { parseChannelName, parseRemoteName } from "../names.ts";
import { abortCanary, setCanary } from "./canary.ts";
import type { Place } from "./channel-lock.ts";
import { readRollouts } from "./read-rollouts.ts";
import { promote, rollBack } from "./stable.ts";

interface OfPlace {
  readonly Params: { channel: string; remote: string };
}

const querySchema = z.object({ channel: channelNameSchema.default("production") });

function placeOf({ params }: FastifyRequest<OfPlace>): Place {
  return { channel: parseChannelName(params.channel), remote: parseRemoteName(params.remote) };
}

/** `/registry/rollouts`: what is live and on trial in a channel, and every change of it. */
export function addRolloutRoutes(app: FastifyInstance, pool: Pool): void {
  const read = { onRequest: app.requireScope("registry:read") };
  const write = { onRequest: app.requireScope("registry:publish") };
  const base = "/registry/rollouts/:channel/:remote";

  app.get(
    "/registry/rollouts",
    read,
    async ({ query }): Promise<RolloutList> => readRollouts(pool, parseQuery(querySchema, query).channel),
  );

  app.put<OfPlace>(`${base}/stable`, write, async (request): Promise<ChannelChange> => {
    const promotion = parseBody(promotionSchema, request.body);
    const change = await promote(pool, placeOf(request), promotion, actorOf(request));
    request.log.info({ change }, "promoted");
    return change;
  });

  app.post<OfPlace>(`${base}/rollback`, write, async (request): Promise<ChannelChange> => {
    const rollback = parseBody(rollbackSchema, request.body);
    const change = await rollBack(pool, placeOf(request), rollback, actorOf(request));
    request.log.info({ change }, "rolled back");
    return change;
  });

  app.put<OfPlace>(`${base}/canary`, write, async (request): Promise<CanaryChange> => {
    const canary = parseBody(newCanarySchema, request.body);
    const change = await setCanary(pool, placeOf(request), canary, actorOf(request));
    request.log.info({ change }, "canary set");
    return change;
  });

  app.delete<OfPlace>(`${base}/canary`, write, async (request): Promise<CanaryChange> => {
    const abort = parseBody(canaryAbortSchema, request.body);
    const change = await abortCanary(pool, placeOf(request), abort, actorOf(request));
    request.log.info({ change }, "canary aborted");
    return change;
  });
}
