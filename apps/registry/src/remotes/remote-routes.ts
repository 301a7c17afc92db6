import { channelNameSchema, type Release, type RemoteList } from "@mullion/contracts";
import { parseQuery } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance } from "fastify";
import pMap from "p-map";
import { z } from "zod";
import type { ArtifactStore } from "../artifacts/artifact-store.ts";
import { blobHashOf } from "../artifacts/blob-hash.ts";

const querySchema = z.object({ channel: channelNameSchema.default("production") });
const statsAtOnce = 16;

interface LiveRow {
  release: Release;
  promoted_at: Date;
  promoted_by: string;
  versions: RemoteList["remotes"][number]["versions"];
}

/** Asks the store for every file now: an artifact is complete when all are there in full length. */
async function artifactState(store: ArtifactStore, { files }: Release): Promise<"complete" | "missing"> {
  const present = await pMap(
    files,
    async ({ integrity, bytes }) => (await store.size(blobHashOf(integrity))) === bytes,
    { concurrency: statsAtOnce },
  );
  return present.every(Boolean) ? "complete" : "missing";
}

async function readLive(pool: Pool, channel: string): Promise<LiveRow[]> {
  const { rows } = await pool.query<LiveRow>(
    `select live.release, r.promoted_at, r.promoted_by,
            (select json_agg(json_build_object(
                'version', v.version,
                'publishedAt', to_char(v.published_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                'publishedBy', v.published_by,
                'bytes', v.bytes) order by v.published_at desc, v.version)
             from versions v where v.remote = r.remote) as versions
     from channel_remotes r
     join versions live on live.remote = r.remote and live.version = r.version
     where r.channel = $1 order by r.remote`,
    [channel],
  );
  return rows;
}

/** `GET /registry/remotes`: what is live in a channel (`production` unless said), for the consoles of the platform. */
export function addRemoteRoutes(app: FastifyInstance, pool: Pool, store: ArtifactStore): void {
  app.get(
    "/registry/remotes",
    { onRequest: app.requireScope("registry:read") },
    async (request): Promise<RemoteList> => {
      const { channel } = parseQuery(querySchema, request.query);
      const rows = await readLive(pool, channel);
      const remotes = rows.map(async ({ release, promoted_at, promoted_by, versions }) => ({
        name: release.remote,
        title: release.manifest.title,
        description: release.manifest.description,
        liveVersion: release.version,
        artifact: await artifactState(store, release),
        promotedAt: promoted_at.toISOString(),
        promotedBy: promoted_by,
        versions,
      }));
      return { remotes: await Promise.all(remotes) };
    },
  );
}
