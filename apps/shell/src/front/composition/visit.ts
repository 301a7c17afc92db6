import { createHash } from "node:crypto";
import {
  hasRole,
  isReservedPath,
  type PlacedRelease,
  type RemoteManifest,
  type RemoteRoute,
  type Role,
} from "@mullion/contracts";
import { developmentVersion } from "@mullion/federation/descriptor";
import type { NavigationItem } from "../../bridge/protocol.ts";
import { formatPin } from "./visit-pin.ts";

/** Why a visit shows this version of a remote. */
export type VersionReason = "stable" | "canary" | "pinned" | "override";

/** What a visit shows of one remote: a verified version, or what a developer's own server builds. */
export type VisitRemote = { readonly manifest: RemoteManifest; readonly reason: VersionReason } & (
  | { readonly kind: "release"; readonly release: PlacedRelease }
  | { readonly kind: "development"; readonly url: string }
);

/** A page's remote, and the route of it that matched. */
export interface RoutedRemote {
  readonly shown: VisitRemote;
  readonly route: RemoteRoute;
}

/** The versions that one visit sees: the same on the server, in the browser, and for every page of it. */
export interface Visit {
  /** Short hash of the versions; equal for all who see the same. */
  readonly composition: string;
  /**
   * The versions of the channel, as the browser hands them back with its next request. What an override shows is not among
   * them: it lasts as long as the override.
   */
  readonly pin: string;
  /** What the person may open something of, in the order of names. */
  readonly remotes: readonly VisitRemote[];
  /** The remote that serves a path, or null. Roles are not asked for here. */
  find(pathname: string): RoutedRemote | null;
  /** Entries whose pages the person may open, in order. */
  readonly navigation: readonly NavigationItem[];
}

/** Version of what a visit shows of a remote. */
export function versionOf(shown: VisitRemote): string {
  return shown.kind === "release" ? shown.release.version : developmentVersion;
}

/** Pages of a remote: what it declares, without the shell's own paths, which are nobody else's. */
export function pagesOf({ routes }: RemoteManifest): RemoteRoute[] {
  return routes.filter(({ path }) => !isReservedPath(path));
}

function mayOpen({ manifest }: VisitRemote, roles: readonly Role[]): boolean {
  return pagesOf(manifest).some((route) => hasRole(roles, route.roles));
}

function versionsOf(remotes: readonly VisitRemote[]): (readonly [remote: string, version: string])[] {
  return remotes.map((remote) => [remote.manifest.name, versionOf(remote)]);
}

/**
 * Puts a visit together. `shown` is in the order in which routes are looked for. What the person may open nothing of is
 * in no list and no id: the page must not tell that it exists.
 */
export function createVisit(shown: readonly VisitRemote[], roles: readonly Role[]): Visit {
  const remotes = shown
    .filter((remote) => mayOpen(remote, roles))
    .toSorted((a, b) => a.manifest.name.localeCompare(b.manifest.name, "en"));
  const find = (pathname: string): RoutedRemote | null => {
    for (const remote of shown) {
      const route = pagesOf(remote.manifest).find(({ path }) => path === pathname);
      if (route !== undefined) return { shown: remote, route };
    }
    return null;
  };
  const navigation = shown
    .flatMap(({ manifest }) => manifest.navigation)
    .filter(({ path }) => hasRoleFor(find(path), roles))
    .toSorted((a, b) => a.order - b.order || a.label.localeCompare(b.label, "en"))
    .map(({ label, path, icon }) => ({ label, path, icon }));
  const composition = createHash("sha256")
    .update(formatPin(versionsOf(remotes)))
    .digest("hex")
    .slice(0, 12);
  const pinned = remotes.filter(({ reason }) => reason !== "override");
  const pin = formatPin(versionsOf(pinned));
  return { composition, pin, remotes, find, navigation };
}

function hasRoleFor(routed: RoutedRemote | null, roles: readonly Role[]): boolean {
  return routed !== null && hasRole(roles, routed.route.roles);
}
