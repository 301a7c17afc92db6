import type { SessionView } from "@mullion/contracts";
import type { DevtoolsData, PageFrame, ShownOverride } from "../../bridge/protocol.ts";
import { type Visit, versionOf } from "../composition/visit.ts";
import { type ActiveOverride, manifestOf } from "../override/active-override.ts";

/** What a page is decided from. */
export interface PageContext {
  readonly session: SessionView | null;
  readonly visit: Visit;
  readonly overrides: readonly ActiveOverride[];
  /** Channel of the registry that is shown. */
  readonly channel: string;
  /** Further hosts of artifacts, for when the first one does not answer. */
  readonly mirrors: readonly string[];
}

function toShown(override: ActiveOverride): ShownOverride {
  const { id, expiresAt, content } = override;
  const { name, title } = manifestOf(override);
  const shows =
    content.kind === "version"
      ? { kind: "version" as const, version: content.release.version }
      : { kind: "development" as const, url: content.url };
  return { id, remote: name, title, expiresAt, shows };
}

function devtoolsFor({ session, visit, channel }: PageContext): DevtoolsData | null {
  const mayLook = session?.roles.some((role) => role === "developer" || role === "admin");
  if (mayLook !== true) return null;
  const { composition } = visit;
  const remotes = visit.remotes.map((shown) => ({
    remote: shown.manifest.name,
    version: versionOf(shown),
    reason: shown.reason,
  }));
  return { composition, channel, remotes };
}

/** What every page of a visit has, whatever it shows. */
export function pageFrame(context: PageContext): PageFrame {
  const { session, visit, overrides } = context;
  return {
    session,
    navigation: session === null ? [] : [...visit.navigation],
    visit: { composition: visit.composition, pin: visit.pin },
    overrides: overrides.map(toShown),
    devtools: devtoolsFor(context),
  };
}
