import { Alert, ErrorCard, Page, PageHeader, Segments } from "@mullion/ui";
import { type ReactNode, useState } from "react";
import { Activity } from "./activity.tsx";
import { Annotations } from "./annotations.tsx";
import { BusyRoutes } from "./busy-routes.tsx";
import { Feed } from "./feed.tsx";
import { Panes } from "./panes.tsx";
import { Totals } from "./totals.tsx";
import { type Period, periodChoices, summaryPath, useSummary } from "./use-summary.ts";

/** The page at `/analytics`: what happened on the platform in the last days. */
export default function App(): ReactNode {
  const [period, setPeriod] = useState<Period>("7");
  const { data, error, isValidating, refresh, format } = useSummary(period);
  const header = (
    <PageHeader
      title="Analytics"
      lead="Sign-ins and requests, counted from what happened. Days are UTC."
      actions={
        <Segments<Period> label="Period" choices={periodChoices} value={period} onChange={setPeriod} />
      }
    />
  );
  if (data === undefined && error !== undefined) {
    return (
      <Page>
        {header}
        <ErrorCard
          title="The figures could not be loaded"
          detail={error.message}
          retrying={isValidating}
          onRetry={() => void refresh()}
        />
      </Page>
    );
  }
  return (
    <Page>
      {header}
      {error !== undefined && (
        <Alert tone="warning">These figures could not be refreshed. {error.message}</Alert>
      )}
      <Totals days={data?.days} format={format} />
      <Activity days={data?.days} format={format} />
      <div className="mu-grid mu-grid--wide">
        <BusyRoutes routes={data?.routes} format={format} />
        <Annotations summary={data} path={summaryPath(period)} format={format} />
      </div>
      <Panes format={format} />
      <Feed format={format} />
    </Page>
  );
}
