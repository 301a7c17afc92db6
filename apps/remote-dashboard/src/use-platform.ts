import {
  type HealthReport,
  healthReportSchema,
  profileSchema,
  type RemoteList,
  remoteListSchema,
} from "@mullion/contracts";
import { type BffState, useBff } from "@mullion/session";
import { createFormatter, type Formatter } from "@mullion/ui";
import { arrangeParts, type Part } from "./parts.ts";

interface Platform {
  readonly parts: readonly Part[];
  readonly health: BffState<HealthReport>;
  readonly remotes: BffState<RemoteList>;
  readonly format: Formatter;
}

const healthIntervalMs = 5_000;
const remotesIntervalMs = 15_000;

/** The live state of the platform, asked for again and again while the page is visible. */
export function usePlatform(pinned: readonly string[]): Platform {
  const health = useBff("/insights/health", healthReportSchema, { refreshIntervalMs: healthIntervalMs });
  const remotes = useBff("/registry/remotes", remoteListSchema, { refreshIntervalMs: remotesIntervalMs });
  const profile = useBff("/profile/me", profileSchema);
  return {
    parts: arrangeParts(health.data, remotes.data, pinned),
    health,
    remotes,
    format: createFormatter(profile.data?.preferences),
  };
}
