import type { PaneHealth, PaneHealthList } from "@mullion/contracts";
import type { Pool } from "@mullion/postgres";
import { type Bucket, type Measurement, quantile, scales, upperEdge } from "./histogram.ts";

/** Which counts to read. `since` counts from the minute it is in. */
export interface PaneQuery {
  readonly since: Date;
  readonly remote: string | undefined;
  /** All channels together when not given. */
  readonly channel: string | undefined;
}

interface Row extends Bucket {
  readonly remote: string;
  readonly version: string;
  readonly metric: string;
}

function healthOf({ remote, version }: Row, rows: readonly Row[]): PaneHealth {
  const of = (metric: string): Row[] => rows.filter((row) => row.metric === metric);
  const total = (metric: string): number => of(metric).reduce((sum, { count }) => sum + count, 0);
  const p75 = (metric: Measurement): number | null => quantile(of(metric), 0.75, scales[metric]);
  const distribution = (metric: Measurement): [number, number][] =>
    of(metric).map(({ bucket, count }) => [upperEdge(bucket, scales[metric]), count]);
  return {
    remote,
    version,
    shown: total("shown"),
    failed: total("failed"),
    errors: total("error"),
    loadMs: p75("loadMs"),
    bytes: p75("bytes"),
    vitals: { LCP: p75("LCP"), INP: p75("INP"), CLS: p75("CLS"), FCP: p75("FCP"), TTFB: p75("TTFB") },
    samples: { loadMs: total("loadMs"), LCP: total("LCP"), INP: total("INP") },
    distributions: {
      loadMs: distribution("loadMs"),
      LCP: distribution("LCP"),
      INP: distribution("INP"),
    },
  };
}

/** Every version that was seen since then, by remote and version. */
export async function readPanes(pool: Pool, { since, remote, channel }: PaneQuery): Promise<PaneHealthList> {
  const { rows } = await pool.query<Row>(
    `select remote, version, metric, bucket::int, sum(count)::float8 as count from pane_counts
     where minute >= date_trunc('minute', $1::timestamptz) and ($2::text is null or remote = $2)
       and ($3::text is null or channel = $3)
     group by remote, version, metric, bucket order by remote, version, metric, bucket`,
    [since, remote ?? null, channel ?? null],
  );
  const versions = Map.groupBy(rows, (row) => `${row.remote}@${row.version}`);
  return {
    since: since.toISOString(),
    panes: [...versions.values()].flatMap((own) => (own[0] === undefined ? [] : [healthOf(own[0], own)])),
  };
}
