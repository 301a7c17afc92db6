import type { Summary } from "@mullion/contracts";
import { BarChart, Card, type Formatter, Segments } from "@mullion/ui";
import { type ReactNode, useState } from "react";

interface ActivityProps {
  readonly days: Summary["days"] | undefined;
  readonly format: Formatter;
}

type Measure = "signIns" | "requests";

const measures = [
  { value: "signIns", label: "Sign-ins" },
  { value: "requests", label: "Requests" },
] as const;

/** One bar for each day. */
export function Activity({ days, format }: ActivityProps): ReactNode {
  const [measure, setMeasure] = useState<Measure>("signIns");
  const label = measure === "signIns" ? "Sign-ins" : "Requests";
  const bars = days?.map((day) => ({
    id: day.date,
    label: format.day(day.date),
    shortLabel: format.shortDay(day.date),
    value: day[measure],
  }));
  const isQuiet = bars?.every((bar) => bar.value === 0) === true;
  return (
    <Card
      title="Activity"
      busy={days === undefined}
      actions={<Segments<Measure> label="Measure" choices={measures} value={measure} onChange={setMeasure} />}
    >
      <BarChart
        title={`${label} by day`}
        description={
          isQuiet ? `No ${label.toLowerCase()} in these days.` : `One bar for each day, oldest first.`
        }
        category="Day"
        measure={label}
        data={bars}
        formatValue={format.number}
      />
      {isQuiet && <p className="mu-muted mu-small">No {label.toLowerCase()} in these days.</p>}
    </Card>
  );
}
