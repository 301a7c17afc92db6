import type { Channel, Release } from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";

/** The channel's revision; 0 for one that nothing was promoted to yet. */
export async function readRevision(pool: Pool, channel: string): Promise<number> {
  const { rows } = await pool.query<{ revision: string }>("select revision from channels where name = $1", [
    channel,
  ]);
  return Number(rows[0]?.revision ?? 0);
}

/** The channel with its live releases by name, as of one instant. `publicUrl` is where artifacts are served. */
export async function readChannel(pool: Pool, channel: string, publicUrl: string): Promise<Channel> {
  // One statement, hence one snapshot: revision and releases belong together.
  const { rows } = await pool.query<{ revision: string; release: Release | null }>(
    `select c.revision, v.release
     from channels c
     left join channel_remotes r on r.channel = c.name
     left join versions v on v.remote = r.remote and v.version = r.version
     where c.name = $1 order by r.remote`,
    [channel],
  );
  return {
    channel,
    revision: Number(rows[0]?.revision ?? 0),
    releases: rows.flatMap(({ release }) =>
      release === null
        ? []
        : [
            {
              ...release,
              baseUrl: `${publicUrl.replace(/\/$/, "")}/artifacts/${release.remote}/${release.version}/`,
            },
          ],
    ),
  };
}
