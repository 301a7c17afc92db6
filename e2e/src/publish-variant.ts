import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Platform } from "@mullion/local";
import { createRemoteVariant, type RemoteVariant } from "@mullion/testing";

/** Another version of one of the platform's remotes. */
export interface Variant extends Pick<RemoteVariant, "edit"> {
  readonly remote: string;
  /** Whether everybody gets it; nobody does yet unless told. */
  readonly promote?: boolean;
}

let builds = 0;

/** Publishes it and leaves nothing behind; resolves with the version. */
export async function publishVariant(platform: Platform, variant: Variant): Promise<string> {
  const { remote, promote = false, edit } = variant;
  builds += 1;
  const into = await mkdtemp(path.join(tmpdir(), "mullion-variant-"));
  const artifact = path.resolve(import.meta.dirname, `../../apps/remote-${remote}/.artifact`);
  const buildId = `e${Date.now().toString(36)}${String(builds)}`;
  try {
    await createRemoteVariant({ artifact, into, buildId, ...(edit === undefined ? {} : { edit }) });
    return (await platform.deploy(into, { promote })).version;
  } finally {
    await rm(into, { recursive: true });
  }
}
