import type { PointerEvent, ReactNode } from "react";
import { useId } from "react";
import { columnLabels } from "./bar-scale.ts";
import { classNames } from "./class-names.ts";

/** A bar with its height as a share of the scale, 0 to 1. */
export interface PlottedBar {
  readonly id: string;
  readonly shortLabel: string;
  readonly share: number;
}

interface BarPlotProps {
  readonly title: string;
  readonly description: string;
  readonly bars: readonly PlottedBar[];
  /** Labels of the scale, from 0 to the top. */
  readonly ticks: readonly string[];
  readonly active: number | undefined;
  readonly onPointer: (event: PointerEvent<HTMLElement>) => void;
  readonly onLeave: () => void;
}

const mostLabels = 7;

/** The drawing. All positions are percentages of SVG attributes: nothing to measure, nothing to shift after load. */
export function BarPlot({
  title,
  description,
  bars,
  ticks,
  active,
  onPointer,
  onLeave,
}: BarPlotProps): ReactNode {
  const titleId = useId();
  const width = 100 / bars.length;
  const labelOf = columnLabels(bars.length, mostLabels);
  return (
    <div className="mu-chart__plot">
      <div
        className="mu-chart__area"
        onPointerMove={onPointer}
        onPointerDown={onPointer}
        onPointerLeave={onLeave}
      >
        <svg className="mu-chart__svg" role="img" aria-labelledby={titleId}>
          <title id={titleId}>{title}</title>
          <desc>{description}</desc>
          {ticks.map((label, index) => {
            const y = `${100 - (index / (ticks.length - 1)) * 100}%`;
            return <line key={label} className="mu-chart__grid" x1="0" x2="100%" y1={y} y2={y} />;
          })}
          {bars.map((bar, index) => (
            <g key={bar.id}>
              <rect
                className={classNames("mu-chart__column", index === active && "mu-chart__column--active")}
                x={`${index * width}%`}
                y="0"
                width={`${width}%`}
                height="100%"
              />
              <rect
                className={classNames("mu-chart__bar", index === active && "mu-chart__bar--active")}
                x={`${index * width + width * 0.2}%`}
                y={`${100 - bar.share * 100}%`}
                width={`${width * 0.6}%`}
                height={`${bar.share * 100}%`}
                rx="3"
              />
              {labelOf(index) !== "none" && (
                <text
                  className={classNames(
                    "mu-chart__label",
                    labelOf(index) === "second" && "mu-chart__label--second",
                  )}
                  x={`${(index + 0.5) * width}%`}
                  y="100%"
                  dy="1.6em"
                  textAnchor="middle"
                >
                  {bar.shortLabel}
                </text>
              )}
            </g>
          ))}
        </svg>
      </div>
      <div className="mu-chart__ticks" aria-hidden="true">
        {ticks.map((label) => (
          <span key={label}>{label}</span>
        ))}
      </div>
    </div>
  );
}
