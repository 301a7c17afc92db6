import type { HealthReport, PartHealth, RemoteList } from "@mullion/contracts";

/** A service or a remote, as a tile shows it. `id` is what a pin remembers. */
export interface Part {
  readonly id: string;
  readonly kind: "Service" | "Remote";
  readonly title: string;
  readonly status: PartHealth["status"];
  /** Answering time in milliseconds, or the live version. */
  readonly measure:
    | { readonly label: string; readonly latencyMs: number | null }
    | { readonly label: string; readonly version: string };
  readonly detail: string | null;
  /** ISO 8601. */
  readonly since: { readonly label: string; readonly at: string };
}

function serviceParts(report: HealthReport, isLive: boolean): Part[] {
  return report.parts.map(({ name, status, latencyMs, detail }) => ({
    id: `service:${name}`,
    kind: "Service",
    title: name.charAt(0).toUpperCase() + name.slice(1),
    status,
    measure: { label: "Answered in", latencyMs },
    detail,
    // Live, nothing comes as long as nothing changes.
    since: { label: isLive ? "Unchanged since" : "Checked", at: report.checkedAt },
  }));
}

function remoteParts(list: RemoteList): Part[] {
  return list.remotes.map(({ name, title, liveVersion, artifact, promotedAt }) => ({
    id: `remote:${name}`,
    kind: "Remote",
    title,
    status: artifact === "complete" ? "up" : "down",
    measure: { label: "Live version", version: liveVersion },
    detail: artifact === "complete" ? null : "Files of this version are missing from the artifact store.",
    since: { label: "Promoted", at: promotedAt },
  }));
}

/** Every part of the platform: those pinned first, in the order they were pinned, then services, then remotes. */
export function arrangeParts(
  report: HealthReport | undefined,
  list: RemoteList | undefined,
  pinned: readonly string[],
  isLive = false,
): Part[] {
  const parts = [
    ...(report === undefined ? [] : serviceParts(report, isLive)),
    ...(list === undefined ? [] : remoteParts(list)),
  ];
  const place = (part: Part): number => {
    const index = pinned.indexOf(part.id);
    return index === -1 ? pinned.length : index;
  };
  return parts.toSorted((a, b) => place(a) - place(b));
}

/** How many are up; degraded does not count. */
export function countUp(parts: readonly Part[]): number {
  return parts.filter((part) => part.status === "up").length;
}
