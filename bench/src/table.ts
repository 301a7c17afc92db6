import type { Metric } from "./metrics.ts";

/** Metrics as aligned lines. */
export function formatTable(metrics: readonly Metric[]): string {
  const rows = metrics.map(({ id, value, unit, target, ok }) => [
    ok ? (target === null ? " " : "✓") : "✗",
    id,
    `${value} ${unit}`,
    target ?? "",
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
