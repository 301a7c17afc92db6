import type { PaneHealth } from "@mullion/contracts";
import { Badge, type Formatter, Table, type TableColumn } from "@mullion/ui";
import type { ReactNode } from "react";

/** A version that people get, with what its panes reported. */
export interface ShownVersion {
  readonly version: string;
  readonly label: string;
  readonly health: PaneHealth | undefined;
}

interface VersionHealthProps {
  readonly title: string;
  readonly shown: readonly ShownVersion[];
  readonly format: Formatter;
}

const none = "–";

function share(part: number, whole: number, format: Formatter): string {
  return whole === 0 ? none : format.percent(part / whole);
}

function milliseconds(value: number | null | undefined, format: Formatter): string {
  return value === null || value === undefined ? none : `${format.number(Math.round(value))} ms`;
}

function columns(format: Formatter): readonly TableColumn<ShownVersion>[] {
  return [
    {
      id: "version",
      header: "Version",
      cell: ({ version, label }) => (
        <span className="mu-row mu-row--tight">
          <span className="mu-mono">{version}</span>
          <Badge tone={label === "Stable" ? "neutral" : "accent"}>{label}</Badge>
        </span>
      ),
    },
    {
      id: "shown",
      header: "Shown",
      align: "end",
      cell: ({ health }) => format.number(health?.shown ?? 0),
    },
    {
      id: "failed",
      header: "Failed to load",
      align: "end",
      cell: ({ health }) =>
        health === undefined ? none : share(health.failed, health.shown + health.failed, format),
    },
    {
      id: "errors",
      header: "With errors",
      align: "end",
      cell: ({ health }) => (health === undefined ? none : share(health.errors, health.shown, format)),
    },
    {
      id: "load",
      header: "Load time",
      align: "end",
      cell: ({ health }) => milliseconds(health?.loadMs, format),
    },
    {
      id: "lcp",
      header: "LCP",
      align: "end",
      cell: ({ health }) => milliseconds(health?.vitals.LCP, format),
    },
  ];
}

/** How the versions that people get fared in the last hour, side by side. Times are 75th percentiles. */
export function VersionHealth({ title, shown, format }: VersionHealthProps): ReactNode {
  return (
    <Table
      caption={`Versions of ${title} in the last hour`}
      columns={columns(format)}
      rows={shown}
      rowKey={({ version }) => version}
    />
  );
}
