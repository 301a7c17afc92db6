import type { PlacedRelease, RemoteManifest } from "@mullion/contracts";

/** An override that holds right now: what its person sees of one remote instead of what the channel shows. */
export interface ActiveOverride {
  readonly id: string;
  readonly expiresAt: string;
  readonly content:
    | { readonly kind: "version"; readonly release: PlacedRelease }
    | { readonly kind: "development"; readonly url: string; readonly manifest: RemoteManifest };
}

/** Remote that an override is for. */
export function manifestOf({ content }: ActiveOverride): RemoteManifest {
  return content.kind === "version" ? content.release.manifest : content.manifest;
}
