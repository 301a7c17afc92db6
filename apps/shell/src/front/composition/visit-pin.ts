import { remoteManifestSchema, versionSchema } from "@mullion/contracts";
import { developmentVersion } from "@mullion/federation/descriptor";

/** Versions that a visit was composed of, by remote. */
export type VisitPin = ReadonlyMap<string, string>;

/** Far more remotes than one window has; a longer list is nobody's visit. */
const maxEntries = 100;

const remoteSchema = remoteManifestSchema.shape.name;

/** Writes a pin: `remote@version` in the order of names, so that equal compositions are written alike. */
export function formatPin(versions: Iterable<readonly [remote: string, version: string]>): string {
  return [...versions]
    .map(([remote, version]) => `${remote}@${version}`)
    .toSorted()
    .join(",");
}

/** Reads what a browser sends as its visit's pin. Anything odd is no pin: the visit is then composed anew. */
export function parsePin(header: string | string[] | undefined): VisitPin | null {
  if (typeof header !== "string" || header === "") return null;
  const entries = header.split(",");
  if (entries.length > maxEntries) return null;
  const pin = new Map<string, string>();
  for (const entry of entries) {
    const [remote = "", version = "", ...rest] = entry.split("@");
    const isValid = remoteSchema.safeParse(remote).success && versionSchema.safeParse(version).success;
    if (!isValid || rest.length > 0 || pin.has(remote)) return null;
    pin.set(remote, version);
  }
  return pin;
}

/**
 * Adds the remote whose development server this page's Content-Security-Policy lets in. The policy belongs to the
 * document: what is shown without loading one anew must need the same.
 */
export function withDevelopment(pin: string, remote: string): string {
  const entry = `${remote}@${developmentVersion}`;
  return pin === "" ? entry : `${pin},${entry}`;
}

/** The remote whose development server the document of a visit lets in. */
export function developmentOf(pin: VisitPin | null): string | null {
  for (const [remote, version] of pin ?? []) if (version === developmentVersion) return remote;
  return null;
}
