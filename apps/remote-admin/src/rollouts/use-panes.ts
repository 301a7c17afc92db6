import { type PaneHealth, paneHealthListSchema } from "@mullion/contracts";
import { useBff } from "@mullion/session";

const minutes = 60;

/** How the versions of the last hour fare. */
export interface Panes {
  find(remote: string, version: string): PaneHealth | undefined;
}

/** Reads what the panes reported in the last hour, again and again. Without an answer there is nothing to find. */
export function usePanes(refreshIntervalMs: number): Panes {
  const { data } = useBff(`/insights/panes?minutes=${String(minutes)}`, paneHealthListSchema, {
    refreshIntervalMs,
  });
  return {
    find: (remote, version) => data?.panes.find((pane) => pane.remote === remote && pane.version === version),
  };
}
