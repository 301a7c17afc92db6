import type { PoolClient } from "@mullion/postgres";
import type { Actor } from "./actor.ts";

/** What happened. `detail` holds whatever else a reader will ask for. */
export interface AuditEntry {
  readonly action:
    | "version.published"
    | "channel.promoted"
    | "channel.rolled_back"
    | "canary.started"
    | "canary.changed"
    | "canary.aborted"
    | "override.issued"
    | "override.used"
    | "override.revoked"
    | "version.signed"
    | "key.delegated"
    | "key.revoked"
    | "publisher.added"
    | "publisher.removed"
    | "host.announced";
  /** Not given where it is about no remote. */
  readonly remote?: string;
  readonly version?: string;
  readonly channel?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Appends to the audit log in the transaction of the change: neither is ever there without the other. */
export async function appendAudit(client: PoolClient, actor: Actor, entry: AuditEntry): Promise<void> {
  await client.query(
    `insert into audit (actor, action, remote, version, channel, request_id, detail)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      actor.name,
      entry.action,
      entry.remote ?? null,
      entry.version ?? null,
      entry.channel ?? null,
      actor.requestId,
      JSON.stringify(entry.detail ?? {}),
    ],
  );
}
