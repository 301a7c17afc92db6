import type { KeyboardEvent, PointerEvent, ReactNode } from "react";
import { useId, useState } from "react";
import { BarPlot, type PlottedBar } from "./bar-plot.tsx";
import { barTicks } from "./bar-scale.ts";
import { Skeleton } from "./skeleton.tsx";

/** One bar: a day, for example. */
export interface BarDatum {
  readonly id: string;
  readonly label: string;
  /** Under the bar, where the label is too long. */
  readonly shortLabel: string;
  /** A count, 0 or larger. */
  readonly value: number;
}

interface BarChartProps {
  readonly title: string;
  readonly description: string;
  /** What one bar counts, e.g. "Sign-ins". */
  readonly measure: string;
  /** What a bar stands for, e.g. "Day". */
  readonly category: string;
  /** Left out while the figures are on their way. */
  readonly data: readonly BarDatum[] | undefined;
  readonly formatValue: (value: number) => string;
}

/** The next bar for an arrow key; undefined where the key means nothing to a chart. */
function moveBy(key: string, active: number | undefined, last: number): number | undefined {
  if (key === "ArrowRight") return Math.min((active ?? -1) + 1, last);
  if (key === "ArrowLeft") return Math.max((active ?? last + 1) - 1, 0);
  if (key === "Home") return 0;
  return key === "End" ? last : undefined;
}

/** Bars for counts. Pointer, touch and arrow keys show each value; a table with all of them is there to be read out. */
export function BarChart(props: BarChartProps): ReactNode {
  const { title, description, measure, category, data, formatValue } = props;
  const [active, setActive] = useState<number>();
  const hintId = useId();
  if (data === undefined || data.length === 0) {
    return (
      <div className="mu-chart" aria-busy={data === undefined}>
        <Skeleton shape="panel" />
      </div>
    );
  }
  const ticks = barTicks(Math.max(...data.map((datum) => datum.value)));
  const bars: PlottedBar[] = data.map((datum) => ({ ...datum, share: datum.value / (ticks.at(-1) ?? 1) }));
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = moveBy(event.key, active, data.length - 1);
    if (event.key === "Escape") setActive(undefined);
    if (next === undefined) return;
    event.preventDefault();
    setActive(next);
  };
  const onPointer = (event: PointerEvent<HTMLElement>): void => {
    const area = event.currentTarget.getBoundingClientRect();
    const index = Math.floor(((event.clientX - area.left) / area.width) * data.length);
    setActive(Math.min(Math.max(index, 0), data.length - 1));
  };
  const leave = (): void => {
    setActive(undefined);
  };
  return (
    <div
      className="mu-chart"
      role="group"
      aria-label={title}
      aria-describedby={hintId}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={leave}
    >
      <BarPlot
        title={title}
        description={description}
        bars={bars}
        ticks={ticks.map(formatValue)}
        active={active}
        onPointer={onPointer}
        onLeave={leave}
      />
      <p className="mu-visually-hidden" id={hintId}>
        Arrow keys read one {category.toLowerCase()} after the other.
      </p>
      <Tip datum={active === undefined ? undefined : data[active]} index={active ?? 0} count={data.length}>
        {(datum) => `${formatValue(datum.value)} ${measure.toLowerCase()}`}
      </Tip>
      <table className="mu-visually-hidden">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{category}</th>
            <th scope="col">{measure}</th>
          </tr>
        </thead>
        <tbody>
          {data.map((datum) => (
            <tr key={datum.id}>
              <th scope="row">{datum.label}</th>
              <td>{formatValue(datum.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface TipProps {
  readonly datum: BarDatum | undefined;
  readonly index: number;
  readonly count: number;
  readonly children: (datum: BarDatum) => string;
}

function Tip({ datum, index, count, children }: TipProps): ReactNode {
  const percent = ((index + 0.5) / count) * 100;
  // The live region is there before its first text, or nothing is announced. Moving by its own share of width keeps
  // the tip inside the chart at both ends.
  return (
    <div className="mu-chart__tips" aria-live="polite">
      {datum !== undefined && (
        <div className="mu-chart__tip" style={{ left: `${percent}%`, translate: `${-percent}% 0` }}>
          <span>{datum.label}</span>
          <span className="mu-chart__tip-value">{children(datum)}</span>
        </div>
      )}
    </div>
  );
}
