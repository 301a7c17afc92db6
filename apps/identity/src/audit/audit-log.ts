import { channel } from "node:diagnostics_channel";
import type { Pool, PoolClient } from "@mullion/postgres";

/** Something worth remembering. Never holds a token, a secret or a password. */
export interface AuditEntry {
  /** What happened: `signin.success`, `token.refresh_token`, `user.roles`, … */
  action: string;
  userId?: string | undefined;
  clientId?: string | undefined;
  address?: string | undefined;
  details?: Readonly<Record<string, unknown>>;
}

/** The append-only audit log. */
export interface AuditLog {
  /** Resolves when the entry is stored. */
  write(entry: AuditEntry): Promise<void>;
}

interface Waiting {
  entry: AuditEntry;
  resolve: () => void;
  reject: (error: unknown) => void;
}

const maxBatch = 200;

/**
 * Tells of entries (`readonly AuditEntry[]`) that were stored just now: by the log, or in somebody's transaction, which
 * knows nothing of who counts.
 */
export const audited = channel("mullion:identity:audited");

/** Stores entries with a client of the caller's: in its transaction, where there is one. */
export async function insertEntries(
  client: Pick<PoolClient, "query">,
  entries: readonly AuditEntry[],
): Promise<void> {
  await client.query({
    name: "audit-insert",
    text: `insert into audit_log (action, user_id, client_id, address, details)
     select action, user_id, client_id, address, details
     from jsonb_to_recordset($1::jsonb) as e (action text, user_id text, client_id text, address text, details jsonb)`,
    values: [
      JSON.stringify(
        entries.map(({ action, userId, clientId, address, details = {} }) => {
          return { action, user_id: userId, client_id: clientId, address, details };
        }),
      ),
    ],
  });
  audited.publish(entries);
}

/**
 * Writes entries to Postgres, where each is chained to the one before. The chain takes one writer at a time, so entries
 * that arrive while a write is under way go together in the next.
 */
export function createAuditLog(pool: Pool): AuditLog {
  const waiting: Waiting[] = [];
  let writing = false;

  async function drain(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxBatch);
      try {
        await insertEntries(
          pool,
          batch.map(({ entry }) => entry),
        );
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    writing = false;
  }

  return {
    write: (entry) =>
      new Promise((resolve, reject) => {
        waiting.push({ entry, resolve, reject });
        if (!writing) void drain();
      }),
  };
}
