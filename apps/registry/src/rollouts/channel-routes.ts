import type { Channel, PlacedVersion } from "@mullion/contracts";
import { parseQuery } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { refuse } from "../errors.ts";
import { parseChannelName, parseRemoteName, parseVersion } from "../names.ts";
import type { ChangeFeed } from "./change-feed.ts";
import { readChannel, readPlacedVersion, readRevision } from "./read-channel.ts";

interface OfChannel {
  readonly Params: { channel: string };
}
interface OfVersion {
  readonly Params: { channel: string; remote: string; version: string };
}

const pollSchema = z.object({
  after: z.coerce.number().int().min(0).optional(),
  waitSeconds: z.coerce.number().int().min(0).max(55).default(0),
});

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

/** What fronts ask for: `GET /channels/:channel`, and one version that a visit is pinned to. */
export function addChannelRoutes(app: FastifyInstance, parts: ChannelParts): void {
  const { pool, publicUrl } = parts;
  const guard = { onRequest: app.requireScope("registry:read") };

  app.get<OfChannel>("/channels/:channel", guard, async (request, reply): Promise<Channel | FastifyReply> => {
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
  });

  app.get<OfVersion>(
    "/channels/:channel/remotes/:remote/versions/:version",
    guard,
    async ({ params }): Promise<PlacedVersion> => {
      const place = { channel: parseChannelName(params.channel), remote: parseRemoteName(params.remote) };
      const placed = await readPlacedVersion(pool, place, parseVersion(params.version), publicUrl);
      if (placed !== null) return placed;
      throw refuse(
        "version_unknown",
        `${place.remote}@${params.version} was never in ${place.channel}, or was withdrawn from it.`,
      );
    },
  );
}
