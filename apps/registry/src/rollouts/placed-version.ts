import type { PlacedVersion } from "@mullion/contracts";

/** A version with what proves it; null where it was published before versions were signed. */
export interface SignedRow {
  readonly version: string;
  readonly jws: string | null;
  readonly delegation: string | null;
}

/** Where the files of a version are served; ends in `/`. */
function baseUrlOf(publicUrl: string, remote: string, version: string): string {
  return `${publicUrl.replace(/\/$/, "")}/artifacts/${remote}/${version}/`;
}

/** A version as fronts get it; null for what is unsigned: no front would show it. */
export function placedVersion(publicUrl: string, remote: string, row: SignedRow): PlacedVersion | null {
  const { version, jws, delegation } = row;
  if (jws === null || delegation === null) return null;
  return { remote, version, jws, delegation, baseUrl: baseUrlOf(publicUrl, remote, version) };
}
