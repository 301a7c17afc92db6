import { hasRole, type PlacedRelease, type Role, type SessionView } from "@mullion/contracts";
import { isInCanary } from "@mullion/contracts/canary-assignment";
import { developmentVersion } from "@mullion/federation/descriptor";
import type { ActiveOverride } from "../override/active-override.ts";
import { type LiveChannel, type LiveRemote, liveRelease } from "./live-remotes.ts";
import type { PastVersions } from "./past-versions.ts";
import { versionKey } from "./release-book.ts";
import { createVisit, type Visit, type VisitRemote, versionOf } from "./visit.ts";
import type { VisitPin } from "./visit-pin.ts";

/** Whose visit it is and what is known of it. */
export interface Visitor {
  readonly view: SessionView | null;
  /** What the visit was composed of until now; null for a page load, which composes anew. */
  readonly pin: VisitPin | null;
  readonly overrides: readonly ActiveOverride[];
}

/** The version for a person by the rollout alone. */
export function chooseVersion({ stable, canary }: LiveRemote, userId: string | undefined): VisitRemote {
  const isChosen = canary !== null && userId !== undefined && isInCanary(canary.salt, userId, canary.percent);
  const release = isChosen ? canary.release : stable;
  return { kind: "release", release, manifest: release.manifest, reason: isChosen ? "canary" : "stable" };
}

/** Whether a version lets a person open a page that what the rollout shows declares as well, and closes to them. */
function opensMore({ manifest }: PlacedRelease, chosen: VisitRemote, roles: readonly Role[]): boolean {
  const closed = chosen.manifest.routes.filter((route) => !hasRole(roles, route.roles));
  return manifest.routes.some(
    (route) => hasRole(roles, route.roles) && closed.some(({ path }) => path === route.path),
  );
}

/** What a visit is pinned to, unless it must be left. */
async function keepPinned(
  live: LiveRemote,
  { view, pin }: Visitor,
  { withdrawn }: LiveChannel,
  past: PastVersions,
): Promise<VisitRemote> {
  const chosen = chooseVersion(live, view?.user.id);
  const version = pin?.get(live.remote);
  if (version === undefined || version === versionOf(chosen)) return chosen;
  if (version === developmentVersion || withdrawn.has(versionKey(live.remote, version))) return chosen;
  // A version on trial is seen by those who are in the trial, and by nobody who just names it.
  if (version === live.canary?.release.version) return chosen;
  const release = liveRelease(live, version) ?? (await past.find(live.remote, version));
  if (release === null || opensMore(release, chosen, view?.roles ?? [])) return chosen;
  return { kind: "release", release, manifest: release.manifest, reason: "pinned" };
}

function overridden({ content }: ActiveOverride): VisitRemote {
  if (content.kind === "development") {
    return { kind: "development", url: content.url, manifest: content.manifest, reason: "override" };
  }
  const { release } = content;
  return { kind: "release", release, manifest: release.manifest, reason: "override" };
}

/**
 * Composes a visit: overrides first, then what it is pinned to, then the rollout. An override's routes are looked for
 * last, so that a build on trial takes no path of another remote.
 */
export async function composeVisit(live: LiveChannel, visitor: Visitor, past: PastVersions): Promise<Visit> {
  const overrides = visitor.overrides.map(overridden);
  const replaced = new Set(overrides.map(({ manifest }) => manifest.name));
  const shown = await Promise.all(
    live.remotes
      .filter(({ remote }) => !replaced.has(remote))
      .map(async (remote) => keepPinned(remote, visitor, live, past)),
  );
  return createVisit([...shown, ...overrides], visitor.view?.roles ?? []);
}
