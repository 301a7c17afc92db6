import type { RolloutEvent } from "@mullion/contracts";
import type { PoolClient } from "@mullion/postgres";
import type { Actor } from "../actor.ts";
import { type AuditEntry, appendAudit } from "../audit.ts";
import type { Place } from "./channel-lock.ts";

/** One change of a channel, to be written down. */
export interface RolloutChange extends Place {
  readonly kind: RolloutEvent["kind"];
  readonly revision: number;
  readonly version: string;
  /** What was live before, where that changes. */
  readonly previous?: string | null;
  readonly percent?: number;
  readonly reason?: string | undefined;
}

const actions: Readonly<Record<RolloutEvent["kind"], AuditEntry["action"]>> = {
  promoted: "channel.promoted",
  "rolled-back": "channel.rolled_back",
  "canary-started": "canary.started",
  "canary-changed": "canary.changed",
  "canary-aborted": "canary.aborted",
};

/** Writes a change into history and audit log, and moves the channel on to its revision: at commit every front hears of it. */
export async function recordChange(client: PoolClient, change: RolloutChange, actor: Actor): Promise<void> {
  const { channel, remote, version, kind, revision, previous, percent, reason } = change;
  await client.query(
    `insert into channel_revisions (channel, revision, kind, remote, version, previous_version, percent, reason, actor)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [channel, revision, kind, remote, version, previous ?? null, percent ?? null, reason ?? null, actor.name],
  );
  const detail = {
    revision,
    ...(previous === undefined ? {} : { previous }),
    ...(percent === undefined ? {} : { percent }),
    ...(reason === undefined ? {} : { reason }),
  };
  await appendAudit(client, actor, { action: actions[kind], remote, version, channel, detail });
  // The trigger on this table tells every instance, at commit.
  await client.query("update channels set revision = $2 where name = $1", [channel, revision]);
}
