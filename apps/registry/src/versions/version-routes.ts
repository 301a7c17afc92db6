import {
  channelNameSchema,
  type PublishedVersion,
  publicationSchema,
  type VersionList,
  versionSchema,
} from "@mullion/contracts";
import { parseBody, parseQuery } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { actorOf } from "../actor.ts";
import { refuse } from "../errors.ts";
import { parseRemoteName } from "../names.ts";
import { type Publishing, publish } from "./publish.ts";

/** A signature is at most 2 MiB, which is 2000 files with long paths; and the JSON around it. */
const publicationLimitBytes = 2 * 1024 * 1024 + 1_024;
// Whose live shell the version must fit; any other channel asks again when it is promoted there.
const querySchema = z.object({ channel: channelNameSchema.default("production") });

interface VersionRow {
  version: string;
  published_at: Date;
  published_by: string;
  bytes: string;
  channels: string[];
}

async function listVersions(pool: Pool, remote: string): Promise<VersionList> {
  const { rows } = await pool.query<VersionRow>(
    `select v.version, v.published_at, v.published_by, v.bytes,
            array(select c.channel from channel_remotes c
                  where c.remote = v.remote and c.version = v.version order by c.channel) as channels
     from versions v where v.remote = $1 order by v.published_at desc, v.version`,
    [remote],
  );
  if (rows.length === 0) throw refuse("remote_unknown", `Nothing was published under the name ${remote}.`);
  return {
    remote,
    versions: rows.map((row) => ({
      version: row.version,
      publishedAt: row.published_at.toISOString(),
      publishedBy: row.published_by,
      bytes: Number(row.bytes),
      channels: row.channels,
    })),
  };
}

function parseVersion(value: string): string {
  if (versionSchema.safeParse(value).success) return value;
  throw refuse("path_invalid", "A version is named like 1.2.0-3f9c2a1b.");
}

/** `PUT /remotes/:remote/versions/:version` and `GET /remotes/:remote/versions`. */
export function addVersionRoutes(app: FastifyInstance, publishing: Publishing): void {
  app.put(
    "/remotes/:remote/versions/:version",
    { onRequest: app.requireScope("registry:publish"), bodyLimit: publicationLimitBytes },
    async (request: FastifyRequest<{ Params: { remote: string; version: string } }>, reply) => {
      const remote = parseRemoteName(request.params.remote);
      const version = parseVersion(request.params.version);
      const { channel } = parseQuery(querySchema, request.query);
      const { jws } = parseBody(publicationSchema, request.body);
      const signed = { remote, version, jws };
      const caller = actorOf(request);
      const { created, goodUntil } = await publish(publishing, signed, { caller, channel });
      request.log.info({ remote, version, created }, "version published");
      const published: PublishedVersion = { remote, version, goodUntil };
      return reply.code(created ? 201 : 200).send(published);
    },
  );

  app.get(
    "/remotes/:remote/versions",
    { onRequest: app.requireScope("registry:read") },
    async (request: FastifyRequest<{ Params: { remote: string } }>) =>
      listVersions(publishing.pool, parseRemoteName(request.params.remote)),
  );
}
