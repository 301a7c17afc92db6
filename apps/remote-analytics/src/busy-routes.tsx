import type { Summary } from "@mullion/contracts";
import { Card, EmptyState, type Formatter, Table, type TableColumn } from "@mullion/ui";
import type { ReactNode } from "react";
import { failedShare } from "./period-totals.ts";

type Route = Summary["routes"][number];

interface BusyRoutesProps {
  readonly routes: readonly Route[] | undefined;
  readonly format: Formatter;
}

const shown = 8;

function columns(format: Formatter): readonly TableColumn<Route>[] {
  return [
    { id: "route", header: "Route", cell: (route) => <span className="mu-mono">{route.routeId}</span> },
    { id: "requests", header: "Requests", align: "end", cell: (route) => format.number(route.requests) },
    {
      id: "failed",
      header: "Failed",
      align: "end",
      cell: (route) => format.percent(failedShare(route.failedRequests, route.requests) ?? 0),
    },
  ];
}

/** The routes of the API asked most. */
export function BusyRoutes({ routes, format }: BusyRoutesProps): ReactNode {
  const busiest = routes?.toSorted((a, b) => b.requests - a.requests).slice(0, shown);
  return (
    <Card title="Busiest routes" busy={routes === undefined}>
      {busiest?.length === 0 ? (
        <EmptyState
          icon="chart"
          title="No requests yet"
          detail="Routes appear here once somebody has used them."
        />
      ) : (
        <Table
          caption="Routes of the API by number of requests"
          columns={columns(format)}
          rows={busiest}
          rowKey={(route) => route.routeId}
          loadingRows={5}
        />
      )}
    </Card>
  );
}
