import { type PaneHealth, paneHealthListSchema } from "@mullion/contracts";
import { useBff } from "@mullion/session";
import { Alert, Badge, Card, EmptyState, type Formatter, Table, type TableColumn } from "@mullion/ui";
import type { ReactNode } from "react";
import { failedShare } from "./period-totals.ts";

/** Path of what panes reported in the last day; in the manifest, so that it comes with the page. */
const path = "/insights/panes?minutes=1440";
const refreshIntervalMs = 30_000;
const none = "–";

/** What web.dev calls good for the 75th percentile; above it a figure is marked. */
const good = { LCP: 2_500, INP: 200, CLS: 0.1 } as const;

interface Figure {
  readonly value: number | null;
  readonly text: string;
  readonly limit?: number;
}

function Figure({ value, text, limit }: Figure): ReactNode {
  if (value === null) return none;
  if (limit === undefined || value <= limit) return text;
  return <Badge tone="warning">{text}</Badge>;
}

function columns(format: Formatter): readonly TableColumn<PaneHealth>[] {
  const time = (id: string, header: string, of: (pane: PaneHealth) => number | null, limit?: number) => ({
    ...{ id, header, align: "end" as const },
    cell: (pane: PaneHealth) => {
      const value = of(pane);
      const text = value === null ? none : `${format.number(Math.round(value))} ms`;
      return <Figure value={value} text={text} {...(limit === undefined ? {} : { limit })} />;
    },
  });
  const share = (part: number, whole: number): string => {
    const value = failedShare(part, whole);
    return value === undefined ? none : format.percent(value);
  };
  return [
    {
      id: "pane",
      header: "Remote",
      cell: ({ remote, version }) => (
        <span>
          <strong>{remote}</strong>
          <span className="mu-line mu-mono mu-small">{version}</span>
        </span>
      ),
    },
    { id: "shown", header: "Shown", align: "end", cell: ({ shown }) => format.number(shown) },
    {
      id: "failed",
      header: "Failed",
      align: "end",
      cell: ({ shown, failed }) => share(failed, shown + failed),
    },
    { id: "errors", header: "With errors", align: "end", cell: ({ shown, errors }) => share(errors, shown) },
    time("load", "Load time", ({ loadMs }) => loadMs),
    time("lcp", "LCP", ({ vitals }) => vitals.LCP, good.LCP),
    time("inp", "INP", ({ vitals }) => vitals.INP, good.INP),
    {
      id: "cls",
      header: "CLS",
      align: "end",
      cell: ({ vitals: { CLS } }) => (
        <Figure value={CLS} text={CLS === null ? none : format.number(CLS)} limit={good.CLS} />
      ),
    },
    {
      id: "bytes",
      header: "Transferred",
      align: "end",
      cell: ({ bytes }) => (bytes === null ? none : format.bytes(bytes)),
    },
  ];
}

/** How each version of each remote fared in people's browsers in the last day. */
export function Panes({ format }: { readonly format: Formatter }): ReactNode {
  const { data, error } = useBff(path, paneHealthListSchema, { refreshIntervalMs });
  return (
    <Card title="Remotes in people's browsers" busy={data === undefined && error === undefined}>
      <p className="mu-muted mu-small">
        The last 24 hours, by version. Times and bytes are 75th percentiles; marked is what web.dev calls
        slower than good.
      </p>
      {error !== undefined && (
        <Alert tone="warning">These figures could not be loaded. {error.message}</Alert>
      )}
      {data?.panes.length === 0 ? (
        <EmptyState
          icon="chart"
          title="Nothing yet"
          detail="Remotes appear here once somebody has opened one."
        />
      ) : (
        (data !== undefined || error === undefined) && (
          <Table
            caption="Versions of remotes by what browsers reported"
            columns={columns(format)}
            rows={data?.panes}
            rowKey={({ remote, version }) => `${remote}@${version}`}
            loadingRows={4}
          />
        )
      )}
    </Card>
  );
}
