import type { Summary } from "@mullion/contracts";
import { type Formatter, StatTile } from "@mullion/ui";
import type { ReactNode } from "react";
import { addUp, failedShare } from "./period-totals.ts";

interface TotalsProps {
  readonly days: Summary["days"] | undefined;
  readonly format: Formatter;
}

/** The figures of the whole period. */
export function Totals({ days, format }: TotalsProps): ReactNode {
  const totals = days === undefined ? undefined : addUp(days);
  const share = totals === undefined ? undefined : failedShare(totals.failedRequests, totals.requests);
  const count = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : format.number(value);
  return (
    <div className="mu-stats">
      <StatTile
        label="Sign-ins"
        value={count(totals?.signIns)}
        note={totals && `${format.number(totals.signInFailures)} failed attempts`}
      />
      <StatTile label="Requests" value={count(totals?.requests)} note={days && `in ${days.length} days`} />
      <StatTile
        label="Failed requests"
        value={totals && (share === undefined ? "–" : format.percent(share))}
        note={
          totals &&
          (share === undefined ? "No requests yet" : `${format.number(totals.failedRequests)} requests`)
        }
      />
    </div>
  );
}
