import type { PaneSignal, PlatformEvent } from "@mullion/contracts";
import type { PoolClient } from "@mullion/postgres";
import { bucketOf, type Measurement, scales } from "./histogram.ts";

/** How many versions of one remote are counted within a day, and how many remotes. */
export const mostVersions = 50;
const mostRemotes = 200;

/** For how long counts are kept. */
const keptDays = 7;

type PaneEvent = Extract<PlatformEvent, { type: "pane" }>;

interface Count {
  readonly metric: "shown" | "failed" | "error" | Measurement;
  readonly bucket: number;
}

function measured(metric: Measurement, value: number | null): Count[] {
  return value === null ? [] : [{ metric, bucket: bucketOf(value, scales[metric]) }];
}

function countsOf(signal: PaneSignal): Count[] {
  switch (signal.kind) {
    case "shown":
      return [
        { metric: "shown", bucket: 0 },
        ...measured("loadMs", signal.loadMs),
        ...measured("bytes", signal.bytes),
      ];
    case "vital":
      return measured(signal.name, signal.value);
    case "failed":
    case "error":
      return [{ metric: signal.kind, bucket: 0 }];
  }
}

const keyOf = (remote: string, version: string): string => `${remote}@${version}`;

/** Of the versions reported those that are counted: all that are known, and new ones while there is room. */
async function admit(client: PoolClient, signals: readonly PaneSignal[]): Promise<ReadonlySet<string>> {
  const reported = [...new Map(signals.map((one) => [keyOf(one.remote, one.version), one])).values()];
  // Sorted, so that two batches lock rows in the same order.
  const sorted = reported.toSorted((a, b) =>
    keyOf(a.remote, a.version) < keyOf(b.remote, b.version) ? -1 : 1,
  );
  const { rows } = await client.query<{ remote: string; version: string }>(
    `with reported as (
       select remote, version, row_number() over (partition by remote order by version) as place,
              dense_rank() over (order by remote) as remote_place
       from unnest($1::text[], $2::text[]) as r (remote, version)
       where not exists (select from pane_versions v where v.remote = r.remote and v.version = r.version)
     ), room as (
       select remote, count(*) as taken from pane_versions
       where seen_at > now() - interval '1 day' group by remote
     )
     insert into pane_versions as known (remote, version)
       select remote, version from unnest($1::text[], $2::text[]) as r (remote, version)
       where exists (select from pane_versions v where v.remote = r.remote and v.version = r.version)
       union all
       select remote, version from reported left join room using (remote)
       where coalesce(taken, 0) + place <= $3
         and (taken is not null or (select count(*) from room) + remote_place <= $4)
       order by 1, 2
     on conflict (remote, version) do update set seen_at = now()
     returning remote, version`,
    [sorted.map(({ remote }) => remote), sorted.map(({ version }) => version), mostVersions, mostRemotes],
  );
  return new Set(rows.map(({ remote, version }) => keyOf(remote, version)));
}

/**
 * Counts what panes reported, by the minute in which it happened, and forgets what is older than a week.
 * @returns how many signals were left out, because too many versions of their remote are reported.
 */
export async function countSignals(client: PoolClient, events: readonly PaneEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  await client.query("delete from pane_counts where minute < now() - make_interval(days => $1)", [keptDays]);
  await client.query("delete from pane_versions where seen_at < now() - make_interval(days => $1)", [
    keptDays,
  ]);
  const known = await admit(
    client,
    events.map(({ signal }) => signal),
  );
  const counted = events.filter(({ signal }) => known.has(keyOf(signal.remote, signal.version)));
  const rows = counted.flatMap(({ at, channel, signal: { remote, version }, signal }) =>
    countsOf(signal).map((count) => ({ at, channel, remote, version, ...count })),
  );
  // Grouped because one statement may touch a row once. A clock that is ahead must not make a future.
  await client.query(
    `insert into pane_counts as p (minute, remote, channel, version, metric, bucket, count)
     select date_trunc('minute', least(at, now())), remote, channel, version, metric, bucket, count(*)
     from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[])
       as e (at, remote, channel, version, metric, bucket)
     where at > now() - make_interval(days => $7)
     group by 1, 2, 3, 4, 5, 6 order by 2, 1, 3, 4, 5, 6
     on conflict (remote, minute, channel, version, metric, bucket) do update set count = p.count + excluded.count`,
    [
      rows.map(({ at }) => at),
      rows.map(({ remote }) => remote),
      rows.map(({ channel }) => channel),
      rows.map(({ version }) => version),
      rows.map(({ metric }) => metric),
      rows.map(({ bucket }) => bucket),
      keptDays,
    ],
  );
  return events.length - counted.length;
}
