import { type PaneHealth, paneHealthListSchema } from "@mullion/contracts";
import type { Place } from "../rollouts/channel-lock.ts";

const timeoutMs = 5_000;

/** Reads how the versions of a remote have fared in a channel since a time. */
export type ReadPanes = (place: Place, since: Date) => Promise<readonly PaneHealth[]>;

/** Reads from `service-insights`, with an access token of the registry's own client. Rejects when it does not answer. */
export function createPaneReader(insightsUrl: string, getToken: () => Promise<string>): ReadPanes {
  return async ({ channel, remote }, since) => {
    const url = new URL("/insights/panes", insightsUrl);
    url.searchParams.set("remote", remote);
    url.searchParams.set("channel", channel);
    url.searchParams.set("since", since.toISOString());
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${await getToken()}` },
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`service-insights answered ${String(response.status)}`);
    return paneHealthListSchema.parse(await response.json()).panes;
  };
}
