import type { SigningAlgorithm } from "@mullion/contracts/identity-clients";
import type { Pool } from "@mullion/postgres";
import type { ClientMetadata } from "oidc-provider";
import { toClientMetadata } from "./client-metadata.ts";
import { readClient, readClients, type StoredClient } from "./client-store.ts";

/** The clients that exist at this moment, on whichever instance they were registered or changed. */
export interface ClientRegistry {
  /** What the library is to know of a client; undefined when there is none, or it is disabled. */
  find(clientId: string): Promise<ClientMetadata | undefined>;
  /** The same where it is known without asking Postgres: the same object as long as nothing changed. */
  peek(clientId: string): ClientMetadata | undefined;
  /** The platform's own clients. */
  firstPartyIds(): Promise<string[]>;
  /** True for an address where a client hears of logouts. */
  hearsLogoutsAt(href: string): Promise<boolean>;
  /** Algorithms that some client's ID tokens are signed with. */
  algorithms(): Promise<ReadonlySet<SigningAlgorithm>>;
  /** Reads every client anew. */
  reloadAll(): Promise<void>;
  /** Reads one client anew. */
  reload(clientId: string): Promise<void>;
}

interface Entry {
  client: StoredClient;
  metadata: ClientMetadata;
}

function toEntry(client: StoredClient): Entry {
  return { client, metadata: toClientMetadata(client.settings, client) };
}

function toEntries(clients: readonly StoredClient[]): Map<string, Entry> {
  const enabled = clients.filter(({ disabledAt }) => disabledAt === null);
  return new Map(enabled.map((client) => [client.settings.clientId, toEntry(client)]));
}

/**
 * Keeps every client in memory: a token request asks for its client several times. Memory is asked only while every
 * change of another instance is heard; else Postgres is, each time.
 */
export function createClientRegistry(pool: Pool, isLive: () => boolean): ClientRegistry {
  let known = new Map<string, Entry>();

  async function entries(): Promise<Map<string, Entry>> {
    return isLive() ? known : toEntries(await readClients(pool));
  }

  async function read(clientId: string): Promise<Entry | undefined> {
    const client = await readClient(pool, clientId);
    return client?.disabledAt === null ? toEntry(client) : undefined;
  }

  async function settings(): Promise<StoredClient["settings"][]> {
    return [...(await entries()).values()].map(({ client }) => client.settings);
  }

  return {
    async find(clientId) {
      return (isLive() ? known.get(clientId) : await read(clientId))?.metadata;
    },
    peek: (clientId) => (isLive() ? known.get(clientId)?.metadata : undefined),
    async firstPartyIds() {
      const ours = (await settings()).filter(({ firstParty }) => firstParty);
      return ours.map(({ clientId }) => clientId);
    },
    async hearsLogoutsAt(href) {
      return (await settings()).some(
        ({ backchannelLogoutUri: uri }) => uri !== undefined && new URL(uri).href === href,
      );
    },
    async algorithms() {
      return new Set((await settings()).map(({ idTokenSignedResponseAlg }) => idTokenSignedResponseAlg));
    },
    async reloadAll() {
      known = toEntries(await readClients(pool));
    },
    async reload(clientId) {
      const entry = await read(clientId);
      if (entry === undefined) known.delete(clientId);
      else known.set(clientId, entry);
    },
  };
}
