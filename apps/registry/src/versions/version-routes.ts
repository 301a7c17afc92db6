import { releaseSchema, type VersionList } from "@mullion/contracts";
import { parseBody } from "@mullion/http-service";
import type { Pool } from "@mullion/postgres";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { actorOf } from "../actor.ts";
import type { ArtifactStore } from "../artifacts/artifact-store.ts";
import { refuse } from "../errors.ts";
import { parseRemoteName } from "../names.ts";
import { publish } from "./publish.ts";

/** 2000 files with long paths, and room. */
const releaseLimitBytes = 2 * 1024 * 1024;

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

/** `PUT /remotes/:remote/versions/:version` and `GET /remotes/:remote/versions`. */
export function addVersionRoutes(app: FastifyInstance, pool: Pool, store: ArtifactStore): void {
  app.put(
    "/remotes/:remote/versions/:version",
    { onRequest: app.requireScope("registry:publish"), bodyLimit: releaseLimitBytes },
    async (request: FastifyRequest<{ Params: { remote: string; version: string } }>, reply) => {
      const release = parseBody(releaseSchema, request.body);
      const { remote, version } = request.params;
      const names = [release.remote, release.manifest.name];
      if (names.some((name) => name !== remote) || release.version !== version) {
        throw refuse(
          "release_invalid",
          `The URL says ${remote}@${version}, the body ${release.remote}@${release.version} with a manifest of ${release.manifest.name}: all must be one.`,
        );
      }
      const { created } = await publish({ pool, store }, release, actorOf(request));
      request.log.info({ remote, version, created }, "version published");
      return reply.code(created ? 201 : 200).send({ remote, version });
    },
  );

  app.get(
    "/remotes/:remote/versions",
    { onRequest: app.requireScope("registry:read") },
    async (request: FastifyRequest<{ Params: { remote: string } }>) =>
      listVersions(pool, parseRemoteName(request.params.remote)),
  );
}
