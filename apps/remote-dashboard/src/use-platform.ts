import {
  type HealthReport,
  healthReportSchema,
  profileSchema,
  type RemoteList,
  remoteListSchema,
} from "@mullion/contracts";
import { type BffState, useBff, useBffEvents } from "@mullion/session";
import { createFormatter, type Formatter } from "@mullion/ui";
import { useState } from "react";
import { arrangeParts, type Part } from "./parts.ts";

const healthPath = "/insights/health";
const liveEvents = { health: healthReportSchema };

interface Platform {
  readonly parts: readonly Part[];
  readonly health: BffState<HealthReport>;
  readonly remotes: BffState<RemoteList>;
  readonly format: Formatter;
  /** Changes of the services' health show as they happen; otherwise they are asked for every few seconds. */
  readonly isLive: boolean;
}

const healthIntervalMs = 5_000;
const remotesIntervalMs = 15_000;

/** The live state of the platform while the page is visible. */
export function usePlatform(pinned: readonly string[]): Platform {
  const [isLive, setIsLive] = useState(false);
  const health = useBff(healthPath, healthReportSchema, { refreshIntervalMs: isLive ? 0 : healthIntervalMs });
  const { status } = useBffEvents("/insights/live", {
    events: liveEvents,
    onEvent: ({ data }) => {
      health.replace(data);
    },
  });
  if (isLive !== (status === "open")) setIsLive(status === "open");
  const remotes = useBff("/registry/remotes", remoteListSchema, { refreshIntervalMs: remotesIntervalMs });
  const profile = useBff("/profile/me", profileSchema);
  return {
    parts: arrangeParts(health.data, remotes.data, pinned, isLive),
    health,
    remotes,
    isLive,
    format: createFormatter(profile.data?.preferences),
  };
}
