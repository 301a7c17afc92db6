import {
  type ChannelChange,
  channelChangeSchema,
  type DelegationList,
  delegationListSchema,
  type Promotion,
  type Publication,
  type PublishedVersion,
  type PublisherList,
  publishedVersionSchema,
  publisherListSchema,
  type RemoteList,
  type RevokedKey,
  remoteListSchema,
  revokedKeySchema,
  type VersionList,
  versionListSchema,
} from "@mullion/contracts";
import { CliError } from "../errors.ts";
import { type Connection, createSender } from "./request.ts";

/** The registry's API as the commands use it. Every method throws `CliError`. */
export interface RegistryClient {
  /** Publishes for the shell of a channel, or gives the paths of the files whose bytes have to be uploaded first. */
  publish(version: SignedRelease): Promise<PublishedVersion | { missing: string[] }>;
  upload(integrity: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  promote(channel: string, remote: string, promotion: Promotion): Promise<ChannelChange>;
  rollBack(channel: string, remote: string, from: string, reason?: string): Promise<ChannelChange>;
  listVersions(remote: string): Promise<VersionList>;
  listRemotes(channel: string): Promise<RemoteList>;
  listDelegations(): Promise<DelegationList>;
  saveDelegation(delegation: string): Promise<void>;
  revokeKey(thumbprint: string): Promise<RevokedKey>;
  listPublishers(remote: string): Promise<PublisherList>;
  addPublisher(remote: string, subject: string, name?: string): Promise<PublisherList>;
  removePublisher(remote: string, subject: string): Promise<PublisherList>;
}

/** A signed release, and the channel whose shell it must fit. */
export interface SignedRelease extends Publication {
  readonly remote: string;
  readonly version: string;
  readonly channel: string;
}

const hexOf = (integrity: string): string =>
  Buffer.from(integrity.replace(/^sha384-/, ""), "base64").toString("hex");

function rolloutPath(channel: string, remote: string): string {
  return `registry/rollouts/${encodeURIComponent(channel)}/${encodeURIComponent(remote)}`;
}

function publisherPath(remote: string, ...subject: string[]): string {
  return ["registry/publishers", ...[remote, ...subject].map(encodeURIComponent)].join("/");
}

/** A client of the registry. */
export function createRegistryClient(connection: Connection): RegistryClient {
  const send = createSender(connection);
  return {
    async publish({ remote, version, channel, jws }) {
      const path = `remotes/${remote}/versions/${version}?channel=${encodeURIComponent(channel)}`;
      try {
        return publishedVersionSchema.parse(await send({ method: "PUT", path, json: { jws } }));
      } catch (error) {
        if (!(error instanceof CliError) || error.problemCode !== "blobs_missing") throw error;
        return { missing: error.findings.map((finding) => finding.path) };
      }
    },
    async upload(integrity, bytes) {
      await send({ method: "PUT", path: `blobs/${hexOf(integrity)}`, bytes });
    },
    async promote(channel, remote, json) {
      const path = `${rolloutPath(channel, remote)}/stable`;
      return channelChangeSchema.parse(await send({ method: "PUT", path, json }));
    },
    async rollBack(channel, remote, from, reason) {
      const json = { from, ...(reason === undefined ? {} : { reason }) };
      const path = `${rolloutPath(channel, remote)}/rollback`;
      return channelChangeSchema.parse(await send({ method: "POST", path, json }));
    },
    listVersions: async (remote) =>
      versionListSchema.parse(
        await send({ method: "GET", path: `remotes/${encodeURIComponent(remote)}/versions` }),
      ),
    listRemotes: async (channel) =>
      remoteListSchema.parse(
        await send({ method: "GET", path: `registry/remotes?channel=${encodeURIComponent(channel)}` }),
      ),
    listDelegations: async () =>
      delegationListSchema.parse(await send({ method: "GET", path: "registry/keys" })),
    async saveDelegation(delegation) {
      await send({ method: "PUT", path: "registry/keys", json: { delegation } });
    },
    revokeKey: async (thumbprint) =>
      revokedKeySchema.parse(
        await send({ method: "DELETE", path: `registry/keys/${encodeURIComponent(thumbprint)}` }),
      ),
    listPublishers: async (remote) =>
      publisherListSchema.parse(await send({ method: "GET", path: publisherPath(remote) })),
    addPublisher: async (remote, subject, name) =>
      publisherListSchema.parse(
        await send({
          method: "PUT",
          path: publisherPath(remote, subject),
          json: name === undefined ? {} : { name },
        }),
      ),
    removePublisher: async (remote, subject) =>
      publisherListSchema.parse(await send({ method: "DELETE", path: publisherPath(remote, subject) })),
  };
}
