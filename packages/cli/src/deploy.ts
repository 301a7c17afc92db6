import { readFile } from "node:fs/promises";
import path from "node:path";
import type { ChannelChange, Publication, Release } from "@mullion/contracts";
import type { SigningKey } from "@mullion/release-signing";
import pMap from "p-map";
import type { Artifact } from "./artifact/pack.ts";
import { readArtifact } from "./artifact/read-artifact.ts";
import { readSignature, signArtifact } from "./artifact/sign-artifact.ts";
import { CliError } from "./errors.ts";
import { findSigningKey } from "./keys/find-signing-key.ts";
import { createRegistryClient, type RegistryClient } from "./registry/client.ts";
import type { Connection } from "./registry/request.ts";
import { createRolloutClient, lastRevisionOf, type RolloutClient } from "./registry/rollouts.ts";

const uploadsAtOnce = 4;

/** What `deploy` needs. */
export interface DeployOptions extends Connection {
  /** Folder of a built remote, or of an artifact. */
  readonly dir: string;
  /** `production` when not given. */
  readonly channel?: string;
  /** Whether to make the version live; true when not given. */
  readonly promote?: boolean;
  /** Whether to make it live also when it was rolled back or its trial aborted; false when not given. */
  readonly again?: boolean;
  /** The team's key. When not given: the artifact's own signature, else the key on this machine that may sign the remote. */
  readonly signingKey?: SigningKey | undefined;
  /** Hears one line per step. */
  readonly onProgress?: (line: string) => void;
}

/** What a deployment did. `change` is null when nothing was promoted. */
export interface Deployment {
  readonly remote: string;
  readonly version: string;
  /** When the signature stops to count, unless its key is delegated again. */
  readonly goodUntil: string;
  readonly files: number;
  readonly uploadedFiles: number;
  readonly uploadedBytes: number;
  readonly change: ChannelChange | null;
}

async function uploadFile(
  client: RegistryClient,
  { folder, release }: Artifact,
  file: string,
): Promise<number> {
  const listed = release.files.find((candidate) => candidate.path === file);
  if (listed === undefined) throw new CliError("artifact_invalid", `${file} is not in release.json.`);
  const bytes = await readFile(path.join(folder, file)).catch((cause: unknown) => {
    throw new CliError("artifact_invalid", `${file} is in release.json but not in the artifact.`, {
      hint: "Pack again.",
      cause,
    });
  });
  await client.upload(listed.integrity, bytes);
  return bytes.length;
}

/** One file of each content: the registry stores it once however often it is listed. */
function distinctContents(release: Release, paths: readonly string[]): string[] {
  const wanted = new Set(paths);
  const byContent = new Map(
    release.files.filter((file) => wanted.has(file.path)).map((file) => [file.integrity, file.path]),
  );
  return [...byContent.values()];
}

async function signatureOf(
  artifact: Artifact,
  key: SigningKey | undefined,
  client: RegistryClient,
): Promise<Publication> {
  if (key !== undefined) return signArtifact(artifact, key);
  const signature = await readSignature(artifact);
  return signature ?? signArtifact(artifact, await findSigningKey(client, artifact.release.remote));
}

/** A pipeline that runs once more does not undo what people, or the guard of canaries, decided meanwhile. */
async function assertNotWithdrawn(
  rollouts: RolloutClient,
  channel: string,
  { remote, version }: Release,
): Promise<void> {
  if (!(await rollouts.isWithdrawn(channel, remote, version))) return;
  throw new CliError("refused", `${remote}@${version} was taken out of ${channel} again.`, {
    hint: `mullion status --json says why. To make it live all the same: mullion promote ${remote}@${version}`,
    problemCode: "live_version_changed",
  });
}

/**
 * Publishes a remote and makes it live. Repeating it changes nothing: only files the registry lacks are uploaded.
 * @throws {CliError} with what to do about it.
 */
export async function deploy(options: DeployOptions): Promise<Deployment> {
  const {
    dir,
    channel = "production",
    promote = true,
    again = false,
    signingKey,
    onProgress = () => undefined,
    ...connection
  } = options;
  const artifact = await readArtifact(dir);
  const { release } = artifact;
  const { remote, version } = release;
  const client = createRegistryClient(connection);
  const rollouts = createRolloutClient(connection);
  // As it is before anything is done: what others change during the uploads is not overrun.
  const after = promote ? lastRevisionOf(await rollouts.list(channel), remote) : 0;
  const publication = await signatureOf(artifact, signingKey, client);
  const signed = { remote, version, channel, ...publication };

  // The registry says what it lacks, after it has checked the rest: a release it would refuse uploads nothing.
  const first = await client.publish(signed);
  const uploadedBytes: number[] = [];
  let published = first;
  if ("missing" in first) {
    const uploads = distinctContents(release, first.missing);
    onProgress(`uploading ${String(uploads.length)} of ${String(release.files.length)} files`);
    const upload = (file: string): Promise<number> => uploadFile(client, artifact, file);
    uploadedBytes.push(...(await pMap(uploads, upload, { concurrency: uploadsAtOnce })));
    published = await client.publish(signed);
  }
  if ("missing" in published) {
    throw new CliError("refused", "The registry lost files that were just uploaded.", {
      hint: "Look at the registry's store (ARTIFACTS_DIR), then deploy again.",
    });
  }
  const { goodUntil } = published;
  onProgress(`published ${remote}@${version}`);
  if (promote && !again) await assertNotWithdrawn(rollouts, channel, release);
  const change = promote ? await client.promote(channel, remote, { version, after }) : null;
  if (change !== null) onProgress(`live in ${channel}`);
  return {
    ...{ remote, version, goodUntil, change },
    files: release.files.length,
    uploadedFiles: uploadedBytes.length,
    uploadedBytes: uploadedBytes.reduce((sum, size) => sum + size, 0),
  };
}
