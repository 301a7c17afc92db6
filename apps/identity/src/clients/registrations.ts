import {
  type ClientPatch,
  type ClientSettings,
  clientRegistrationSchema,
} from "@mullion/contracts/client-registration";
import { parseBody } from "@mullion/http-service";
import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import { type AuditEntry, insertEntries } from "../audit/audit-log.ts";
import { identityProblem } from "../errors.ts";
import { createClientSecret, hashClientSecret } from "./client-secret.ts";
import { deleteClient, insertClient, readClient, type StoredClient, updateClient } from "./client-store.ts";

/** Who asks, for the audit log. */
export type ClientActor = Pick<AuditEntry, "userId" | "clientId" | "address">;

/** A change of the registry: where, by whom, and whether the library would take the result. */
export interface RegistrationWork {
  pool: Pool;
  actor: ClientActor;
  check: (settings: ClientSettings) => Promise<void>;
}

/** A client, and its secret where it was just given one. */
export interface Registered {
  client: StoredClient;
  clientSecret?: string;
}

/** A client of the admin API, held until the transaction ends. */
async function lockClient(db: PoolClient, clientId: string): Promise<StoredClient> {
  const client = await readClient(db, clientId, { lock: true });
  if (client === undefined) throw identityProblem("client_not_found");
  if (client.source === "file") {
    throw identityProblem("client_of_file", {
      detail: "Change it in the file that CLIENTS_FILE names and start identity again.",
    });
  }
  return client;
}

async function audit(
  db: PoolClient,
  { actor }: RegistrationWork,
  action: string,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  await insertEntries(db, [{ ...actor, action, details }]);
}

/** Registers a client. Throws `client_exists` when the id is taken. */
export async function register(work: RegistrationWork, settings: ClientSettings): Promise<Registered> {
  await work.check(settings);
  const secret =
    settings.tokenEndpointAuthMethod === "client_secret_basic" ? createClientSecret() : undefined;
  return inTransaction(work.pool, async (db) => {
    const client = await insertClient(db, settings, secret === undefined ? null : hashClientSecret(secret));
    if (client === undefined) throw identityProblem("client_exists");
    await audit(db, work, "client.create", { client: settings.clientId });
    return secret === undefined ? { client } : { client, clientSecret: secret };
  });
}

/** RFC 7396, one level deep: fields are replaced as a whole, and null takes one away. */
function merge(settings: ClientSettings, patch: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...settings, ...patch };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** Changes a client of the admin API. */
export async function change(
  work: RegistrationWork,
  clientId: string,
  { disabled, ...patch }: ClientPatch,
): Promise<StoredClient> {
  return inTransaction(work.pool, async (db) => {
    const client = await lockClient(db, clientId);
    const settings = parseBody(clientRegistrationSchema, merge(client.settings, patch));
    await work.check(settings);
    const disabledAt = (disabled ?? client.disabledAt !== null) ? (client.disabledAt ?? new Date()) : null;
    const updated = await updateClient(db, { ...client, settings, disabledAt });
    const fields = [...Object.keys(patch), ...(disabled === undefined ? [] : ["disabled"])];
    await audit(db, work, "client.update", { client: clientId, fields });
    return updated;
  });
}

/** Gives a client another secret. The one before it is still taken for `overlapSeconds`. */
export async function replaceSecret(
  work: RegistrationWork,
  clientId: string,
  overlapSeconds: number,
): Promise<Required<Registered>> {
  const clientSecret = createClientSecret();
  return inTransaction(work.pool, async (db) => {
    const client = await lockClient(db, clientId);
    if (client.secretHash === null) throw identityProblem("client_has_no_secret");
    const expiresAt = new Date(Date.now() + overlapSeconds * 1000);
    const updated = await updateClient(db, {
      ...client,
      secretHash: hashClientSecret(clientSecret),
      previousSecret: overlapSeconds === 0 ? null : { hash: client.secretHash, expiresAt },
    });
    await audit(db, work, "client.secret", { client: clientId, overlapSeconds });
    return { client: updated, clientSecret };
  });
}

/** Removes a client of the admin API with every grant and refresh token it holds. */
export async function remove(work: RegistrationWork, clientId: string): Promise<void> {
  await inTransaction(work.pool, async (db) => {
    await lockClient(db, clientId);
    await deleteClient(db, clientId);
    await audit(db, work, "client.delete", { client: clientId });
  });
}
