import { type Channel, promotionSchema, rollbackSchema } from "@mullion/contracts";
import { parseBody, parseQuery } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { actorOf } from "../actor.ts";
import { parseChannelName, parseRemoteName } from "../names.ts";
import { type Place, promote, rollBack } from "./change-channel.ts";
import type { ChangeFeed } from "./change-feed.ts";
import { readChannel, readRevision } from "./read-channel.ts";

type ChannelRequest = FastifyRequest<{ Params: { channel: string } }>;
type PlaceRequest = FastifyRequest<{ Params: { channel: string; remote: string } }>;

const pollSchema = z.object({
  after: z.coerce.number().int().min(0).optional(),
  waitSeconds: z.coerce.number().int().min(0).max(55).default(0),
});

function placeOf({ params }: PlaceRequest): Place {
  return { channel: parseChannelName(params.channel), remote: parseRemoteName(params.remote) };
}

/** What the channel routes work on. `publicUrl` is where browsers and renderers reach the artifacts. */
export interface ChannelParts {
  readonly pool: Pool;
  readonly feed: ChangeFeed;
  readonly publicUrl: string;
}

/** Resolves with whether the revision is another one than `after`, at the latest when `signal` aborts. */
async function hasChanged(
  { pool, feed }: ChannelParts,
  channel: string,
  after: number,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    const once = new AbortController();
    const next = feed.wait(channel, AbortSignal.any([signal, once.signal]));
    try {
      // Another one, not only a larger one: after a restore from backup the revision may be smaller.
      if ((await readRevision(pool, channel)) !== after) return true;
      if (signal.aborted || feed.closed) return false;
      await next;
    } finally {
      once.abort();
    }
  }
}

/** `GET /channels/:channel`, promotion and rollback. */
export function addChannelRoutes(app: FastifyInstance, parts: ChannelParts): void {
  const { pool, publicUrl } = parts;

  app.get(
    "/channels/:channel",
    { onRequest: app.requireScope("registry:read") },
    async (request: ChannelRequest, reply): Promise<Channel | FastifyReply> => {
      const channel = parseChannelName(request.params.channel);
      const { after, waitSeconds } = parseQuery(pollSchema, request.query);
      if (after !== undefined) {
        const gone = new AbortController();
        reply.raw.once("close", () => {
          gone.abort();
        });
        const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(waitSeconds * 1000)]);
        if (!(await hasChanged(parts, channel, after, signal))) return reply.code(304).send();
      }
      return readChannel(pool, channel, publicUrl);
    },
  );

  app.put(
    "/channels/:channel/remotes/:remote",
    { onRequest: app.requireScope("registry:publish") },
    async (request: PlaceRequest) => {
      const { version } = parseBody(promotionSchema, request.body);
      const change = await promote(pool, placeOf(request), version, actorOf(request));
      request.log.info({ change }, "promoted");
      return change;
    },
  );

  app.post(
    "/channels/:channel/remotes/:remote/rollback",
    { onRequest: app.requireScope("registry:publish") },
    async (request: PlaceRequest) => {
      const { from } = parseBody(rollbackSchema, request.body);
      const change = await rollBack(pool, placeOf(request), from, actorOf(request));
      request.log.info({ change }, "rolled back");
      return change;
    },
  );
}
