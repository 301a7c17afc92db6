import { inTransaction, type Pool } from "@mullion/postgres";
import type { Caller } from "../actor.ts";
import { appendAudit } from "../audit.ts";
import { refuse } from "../errors.ts";
import { developmentVersion } from "./issue.ts";

/** The refusal for an id that names nothing that is still good. */
export function overrideUnknown(): Error {
  return refuse("override_unknown", "It has expired, was revoked, or never was. Make a new one.");
}

interface Row {
  readonly channel: string;
  readonly remote: string;
  readonly version: string | null;
  readonly user_id: string;
  readonly issued_by_id: string;
  readonly revoked_at: Date | null;
}

/**
 * Revokes an override: by who issued it, whom it is for, or an administrator of the registry. Again, nothing happens.
 * @throws {ProblemError} `override_unknown` or `override_not_yours`.
 */
export async function revokeOverride(pool: Pool, id: string, caller: Caller): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<Row>("select * from overrides where id = $1 for update", [id]);
    const [row] = rows;
    if (row === undefined) throw overrideUnknown();
    if (row.user_id !== caller.subject && row.issued_by_id !== caller.subject && !caller.isAdmin) {
      throw refuse("override_not_yours", "Who issued it, whom it is for and administrators can revoke it.");
    }
    if (row.revoked_at !== null) return;
    await client.query("update overrides set revoked_at = now() where id = $1", [id]);
    const { channel, remote, version } = row;
    await appendAudit(client, caller, {
      action: "override.revoked",
      remote,
      version: version ?? developmentVersion,
      channel,
      detail: { id, user: row.user_id },
    });
  });
}

/**
 * Writes down that an override is used for the first time. Later uses change nothing.
 * @throws {ProblemError} `override_unknown`.
 */
export async function recordUse(pool: Pool, id: string, requestId: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<Row>(
      `update overrides set first_used_at = now()
       where id = $1 and first_used_at is null and revoked_at is null and expires_at > now() returning *`,
      [id],
    );
    const [row] = rows;
    if (row === undefined) {
      const { rowCount } = await client.query(
        "select from overrides where id = $1 and revoked_at is null and expires_at > now()",
        [id],
      );
      if (rowCount === 0) throw overrideUnknown();
      return;
    }
    const { channel, remote, version, user_id: user } = row;
    await appendAudit(
      client,
      { name: user, requestId },
      {
        action: "override.used",
        remote,
        version: version ?? developmentVersion,
        channel,
        detail: { id, user },
      },
    );
  });
}
