import {
  type Channel,
  type ChannelChange,
  channelChangeSchema,
  channelSchema,
  type Release,
  type RemoteList,
  remoteListSchema,
  type VersionList,
  versionListSchema,
} from "@mullion/contracts";
import { CliError } from "../errors.ts";
import { type Connection, createSender } from "./request.ts";

/** The registry's API as the commands use it. Every method throws `CliError`. */
export interface RegistryClient {
  /** Publishes, or gives the paths of the files whose bytes have to be uploaded first. */
  publish(release: Release): Promise<{ missing: string[] }>;
  upload(integrity: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  promote(channel: string, remote: string, version: string): Promise<ChannelChange>;
  rollBack(channel: string, remote: string, from: string): Promise<ChannelChange>;
  readChannel(channel: string): Promise<Channel>;
  listVersions(remote: string): Promise<VersionList>;
  listRemotes(channel: string): Promise<RemoteList>;
}

const hexOf = (integrity: string): string =>
  Buffer.from(integrity.replace(/^sha384-/, ""), "base64").toString("hex");

function rolloutPath(channel: string, remote: string): string {
  return `registry/rollouts/${encodeURIComponent(channel)}/${encodeURIComponent(remote)}`;
}

/** A client of the registry. */
export function createRegistryClient(connection: Connection): RegistryClient {
  const send = createSender(connection);
  return {
    async publish(release) {
      const path = `remotes/${release.remote}/versions/${release.version}`;
      try {
        await send({ method: "PUT", path, json: release });
        return { missing: [] };
      } catch (error) {
        if (!(error instanceof CliError) || error.problemCode !== "blobs_missing") throw error;
        return { missing: error.findings.map((finding) => finding.path) };
      }
    },
    async upload(integrity, bytes) {
      await send({ method: "PUT", path: `blobs/${hexOf(integrity)}`, bytes });
    },
    promote: async (channel, remote, version) =>
      channelChangeSchema.parse(
        await send({ method: "PUT", path: `${rolloutPath(channel, remote)}/stable`, json: { version } }),
      ),
    rollBack: async (channel, remote, from) =>
      channelChangeSchema.parse(
        await send({ method: "POST", path: `${rolloutPath(channel, remote)}/rollback`, json: { from } }),
      ),
    readChannel: async (channel) =>
      channelSchema.parse(await send({ method: "GET", path: `channels/${encodeURIComponent(channel)}` })),
    listVersions: async (remote) =>
      versionListSchema.parse(
        await send({ method: "GET", path: `remotes/${encodeURIComponent(remote)}/versions` }),
      ),
    listRemotes: async (channel) =>
      remoteListSchema.parse(
        await send({ method: "GET", path: `registry/remotes?channel=${encodeURIComponent(channel)}` }),
      ),
  };
}
