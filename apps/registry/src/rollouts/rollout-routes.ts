import {
  type CanaryChange,
  type ChannelChange,
  canaryAbortSchema,
  channelNameSchema,
  newCanarySchema,
  type PaneHealthList,
  promotionSchema,
  type RolloutList,
  rollbackSchema,
} from "@mullion/contracts";
import { parseBody, parseQuery } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { actorOf, type Caller } from "../actor.ts";
import { refuse } from "../errors.ts";
import type { ReadPanes } from "../guard/insights.ts";
import { parseChannelName, parseRemoteName } from "../names.ts";
import { assertMayChange } from "../publishers/publishers.ts";
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

/** What the rollout routes work on. `readPanes` says how versions fare. */
export interface RolloutParts {
  readonly pool: Pool;
  readonly readPanes: ReadPanes;
}

const healthMs = 60 * 60 * 1000;

/** How what is live and on trial in a channel fared within the last hour. @throws {ProblemError} `health_unknown`. */
async function readHealth({ pool, readPanes }: RolloutParts, channel: string): Promise<PaneHealthList> {
  const { rollouts } = await readRollouts(pool, channel);
  const since = new Date(Date.now() - healthMs);
  const panes = await Promise.all(
    rollouts.map(async ({ remote, stable, canary }) =>
      (await readPanes({ channel, remote }, since)).filter(
        ({ version }) => version === stable.version || version === canary?.version,
      ),
    ),
  ).catch(() => {
    throw refuse("health_unknown", "service-insights does not answer. What is live is not touched by it.");
  });
  return { since: since.toISOString(), panes: panes.flat() };
}

/** `/registry/rollouts`: what is live and on trial in a channel, and every change of it. */
export function addRolloutRoutes(app: FastifyInstance, { pool, readPanes }: RolloutParts): void {
  const read = { onRequest: app.requireScope("registry:read") };
  const write = { onRequest: app.requireScope("registry:publish") };
  /** Lets pass whom the remote belongs to: who may publish one remote must not change another. */
  const admit = async (request: FastifyRequest<OfPlace>): Promise<{ place: Place; caller: Caller }> => {
    const [place, caller] = [placeOf(request), actorOf(request)];
    await assertMayChange(pool, caller, place.remote);
    return { place, caller };
  };
  const base = "/registry/rollouts/:channel/:remote";

  app.get(
    "/registry/rollouts",
    read,
    async ({ query }): Promise<RolloutList> => readRollouts(pool, parseQuery(querySchema, query).channel),
  );

  app.get<{ Params: { channel: string } }>(
    "/registry/rollouts/:channel/health",
    read,
    async ({ params }): Promise<PaneHealthList> =>
      readHealth({ pool, readPanes }, parseChannelName(params.channel)),
  );

  app.put<OfPlace>(`${base}/stable`, write, async (request): Promise<ChannelChange> => {
    const promotion = parseBody(promotionSchema, request.body);
    const { place, caller } = await admit(request);
    const change = await promote(pool, place, promotion, caller);
    request.log.info({ change }, "promoted");
    return change;
  });

  app.post<OfPlace>(`${base}/rollback`, write, async (request): Promise<ChannelChange> => {
    const rollback = parseBody(rollbackSchema, request.body);
    const { place, caller } = await admit(request);
    const change = await rollBack(pool, place, rollback, caller);
    request.log.info({ change }, "rolled back");
    return change;
  });

  app.put<OfPlace>(`${base}/canary`, write, async (request): Promise<CanaryChange> => {
    const canary = parseBody(newCanarySchema, request.body);
    const { place, caller } = await admit(request);
    const change = await setCanary(pool, place, canary, caller);
    request.log.info({ change }, "canary set");
    return change;
  });

  app.delete<OfPlace>(`${base}/canary`, write, async (request): Promise<CanaryChange> => {
    const abort = parseBody(canaryAbortSchema, request.body);
    const { place, caller } = await admit(request);
    const change = await abortCanary(pool, place, abort, caller);
    request.log.info({ change }, "canary aborted");
    return change;
  });
}
