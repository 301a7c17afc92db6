import { type RolloutList, rolloutListSchema } from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";

const instant = (column: string): string =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** What is live and on trial in a channel, with the last 20 changes of each remote, as of one instant. */
export async function readRollouts(pool: Pool, channel: string): Promise<RolloutList> {
  const { rows } = await pool.query<{ revision: string; rollout: unknown }>(
    `select c.revision, case when r.remote is not null then json_build_object(
       'remote', r.remote,
       'title', v.release -> 'manifest' ->> 'title',
       'stable', json_build_object('version', r.version, 'since', ${instant("r.promoted_at")}, 'by', r.promoted_by),
       'canary', case when k.remote is not null then json_build_object(
         'version', k.version, 'percent', k.percent, 'guard', k.guard,
         'since', ${instant("k.started_at")}, 'by', k.started_by) end,
       'events', (select coalesce(json_agg(json_build_object(
           'revision', e.revision, 'kind', e.kind, 'version', e.version, 'percent', e.percent,
           'reason', e.reason, 'actor', e.actor, 'at', ${instant("e.at")}) order by e.revision desc), '[]')
         from (select * from channel_revisions h where h.channel = r.channel and h.remote = r.remote
               order by h.revision desc limit 20) e)
     ) end as rollout
     from channels c
     left join channel_remotes r on r.channel = c.name
     left join versions v on v.remote = r.remote and v.version = r.version
     left join canaries k on k.channel = r.channel and k.remote = r.remote
     where c.name = $1 order by r.remote`,
    [channel],
  );
  return rolloutListSchema.parse({
    channel,
    revision: Number(rows[0]?.revision ?? 0),
    rollouts: rows.flatMap(({ rollout }) => (rollout === null ? [] : [rollout])),
  });
}
