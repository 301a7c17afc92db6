import type { ReactNode } from "react";
import { Skeleton } from "./skeleton.tsx";

interface StatTileProps {
  readonly label: string;
  /** Left out while the figure is on its way. */
  readonly value: string | undefined;
  readonly note?: string | undefined;
}

/** One figure and what it counts. */
export function StatTile({ label, value, note }: StatTileProps): ReactNode {
  return (
    <div className="mu-card mu-stat" aria-busy={value === undefined}>
      <p className="mu-stat__label">{label}</p>
      <p className="mu-stat__value">{value ?? <Skeleton width="short" />}</p>
      <p className="mu-stat__note">{note}</p>
    </div>
  );
}
