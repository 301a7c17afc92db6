import { profileSchema, type Summary, summarySchema } from "@mullion/contracts";
import { type BffState, useBff } from "@mullion/session";
import { createFormatter, type Formatter } from "@mullion/ui";
import { useEffect, useRef } from "react";

/** How many days back, as the switch names it. */
export type Period = "7" | "30";

export const periodChoices = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
] as const;

const refreshIntervalMs = 30_000;

/** Path of the summary for a period; the one for 7 days is what the manifest asks for before first paint. */
export function summaryPath(period: Period): string {
  return `/insights/summary?days=${period}`;
}

/** The summary of a period, and how the person likes dates and numbers. */
export function useSummary(period: Period): BffState<Summary> & { readonly format: Formatter } {
  const summary = useBff(summaryPath(period), summarySchema, { refreshIntervalMs });
  const profile = useBff("/profile/me", profileSchema);
  const { refresh } = summary;
  const shown = useRef(period);
  useEffect(() => {
    // Data of the other period may date from an earlier look: a note added since would be missing.
    if (shown.current !== period) void refresh();
    shown.current = period;
  }, [period, refresh]);
  return { ...summary, format: createFormatter(profile.data?.preferences) };
}
