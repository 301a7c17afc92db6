import type { ClientSettings } from "@mullion/contracts/client-registration";
import { clientFields } from "@mullion/contracts/identity-clients";
import type { Pool, PoolClient } from "@mullion/postgres";
import { z } from "zod";

/** A client as it is kept. */
export interface StoredClient {
  settings: ClientSettings;
  source: "file" | "api";
  secretHash: string | null;
  previousSecret: { hash: string; expiresAt: Date | null } | null;
  disabledAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Hashes of the secrets that a client may show. */
export type SecretHashes = Pick<StoredClient, "secretHash" | "previousSecret">;

interface Row {
  source: "file" | "api";
  registration: unknown;
  secret_hash: string | null;
  previous_secret_hash: string | null;
  previous_secret_expires_at: Date | null;
  disabled_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

type Queryable = Pick<Pool | PoolClient, "query">;

const columns = `source, registration, secret_hash, previous_secret_hash, previous_secret_expires_at,
  disabled_at, created_at, updated_at`;
// Not strict: a version of identity that runs beside a newer one leaves out what it does not know.
const storedSettings = z.object(clientFields);

function toClient(row: Row): StoredClient {
  const { previous_secret_hash: hash, previous_secret_expires_at: expiresAt } = row;
  return {
    settings: storedSettings.parse(row.registration),
    source: row.source,
    secretHash: row.secret_hash,
    previousSecret: hash === null ? null : { hash, expiresAt },
    disabledAt: row.disabled_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Every client, also those that are disabled, by id. */
export async function readClients(db: Queryable): Promise<StoredClient[]> {
  const { rows } = await db.query<Row>(`select ${columns} from clients order by client_id`);
  return rows.map(toClient);
}

/** One client; `lock` keeps others from changing it until the transaction ends. */
export async function readClient(
  db: Queryable,
  clientId: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<StoredClient | undefined> {
  const forUpdate = lock ? "for update" : "";
  const { rows } = await db.query<Row>(`select ${columns} from clients where client_id = $1 ${forUpdate}`, [
    clientId,
  ]);
  return rows[0] && toClient(rows[0]);
}

/** Adds a client; undefined when the id is taken. */
export async function insertClient(
  db: Queryable,
  settings: ClientSettings,
  secretHash: string | null,
): Promise<StoredClient | undefined> {
  const { rows } = await db.query<Row>(
    `insert into clients (client_id, source, registration, secret_hash) values ($1, 'api', $2, $3)
     on conflict do nothing returning ${columns}`,
    [settings.clientId, settings, secretHash],
  );
  return rows[0] && toClient(rows[0]);
}

/** Writes what may change of a client. */
export async function updateClient(db: Queryable, client: StoredClient): Promise<StoredClient> {
  const { settings, secretHash, previousSecret, disabledAt } = client;
  const { rows } = await db.query<Row>(
    `update clients set registration = $2, secret_hash = $3, previous_secret_hash = $4,
       previous_secret_expires_at = $5, disabled_at = $6, updated_at = now()
     where client_id = $1 returning ${columns}`,
    [
      settings.clientId,
      settings,
      secretHash,
      previousSecret?.hash ?? null,
      previousSecret?.expiresAt ?? null,
      disabledAt,
    ],
  );
  if (rows[0] === undefined) throw new Error("the client is gone although it was locked");
  return toClient(rows[0]);
}

/** Removes a client with everything it was given: no grant or refresh token outlives it. */
export async function deleteClient(db: Queryable, clientId: string): Promise<void> {
  await db.query("delete from grants where client_id = $1", [clientId]);
  await db.query("delete from clients where client_id = $1", [clientId]);
}
