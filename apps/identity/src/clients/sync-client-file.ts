import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import type Provider from "oidc-provider";
import { insertEntries } from "../audit/audit-log.ts";
import { checkMetadata } from "./check-metadata.ts";
import { hashClientSecret } from "./client-secret.ts";
import type { RegisteredClient } from "./registered-client.ts";

/** What a start changed of the clients that the operator's file lists. */
export interface ClientFileChanges {
  /** New, or not as they were. */
  changed: string[];
  /** No longer listed: found by nobody from now on, and kept as they were in case they come back. */
  disabled: string[];
}

const hashed = (secret: string | undefined): string | null =>
  secret === undefined ? null : hashClientSecret(secret);

async function upsert(client: PoolClient, registered: RegisteredClient): Promise<boolean> {
  const { clientSecret, previousClientSecret, ...settings } = registered;
  // A client as it was is not written: every write is heard by every instance.
  const { rowCount } = await client.query(
    `insert into clients as c (client_id, source, registration, secret_hash, previous_secret_hash)
     values ($1, 'file', $2, $3, $4)
     on conflict (client_id) do update set source = 'file', registration = excluded.registration,
       secret_hash = excluded.secret_hash, previous_secret_hash = excluded.previous_secret_hash,
       previous_secret_expires_at = null, disabled_at = null, updated_at = now()
     where (c.source, c.registration, c.secret_hash, c.previous_secret_hash, c.disabled_at) is distinct from
       ('file', excluded.registration, excluded.secret_hash, excluded.previous_secret_hash, null)`,
    [settings.clientId, settings, hashed(clientSecret), hashed(previousClientSecret)],
  );
  return rowCount === 1;
}

/**
 * Makes the registry's clients of source `file` those of the file. A client of the admin API that it lists becomes one.
 * Rejects, with nothing changed, when the library would not take one of them.
 */
export async function syncClientFile(
  pool: Pool,
  clients: readonly RegisteredClient[],
  provider: Provider,
): Promise<ClientFileChanges> {
  for (const client of clients) await checkMetadata(provider, client);
  return inTransaction(pool, async (client) => {
    // Instances that start together would write the same rows in any order.
    await client.query("select pg_advisory_xact_lock(hashtext('clients'))");
    const changed: string[] = [];
    for (const registered of clients) {
      if (await upsert(client, registered)) changed.push(registered.clientId);
    }
    const { rows } = await client.query<{ client_id: string }>(
      `update clients set disabled_at = now(), updated_at = now()
       where source = 'file' and disabled_at is null and client_id <> all ($1) returning client_id`,
      [clients.map(({ clientId }) => clientId)],
    );
    const disabled = rows.map(({ client_id }) => client_id);
    if (changed.length + disabled.length > 0) {
      await insertEntries(client, [{ action: "client.file", details: { changed, disabled } }]);
    }
    return { changed, disabled };
  });
}
