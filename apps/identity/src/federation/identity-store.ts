import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import { z } from "zod";
import { type AuditEntry, insertEntries } from "../audit/audit-log.ts";
import type { UpstreamId, UpstreamUser } from "./upstream.ts";

/** A user's account at another provider. */
export interface Identity {
  id: string;
  upstream: UpstreamId;
  /** The address there, as it was at the last sign-in. */
  email: string | null;
  linkedAt: Date;
  lastUsedAt: Date | null;
}

type Queryable = Pick<PoolClient, "query">;

/** The user's accounts at other providers, the first linked first. */
export async function listIdentities(pool: Pool, userId: string): Promise<Identity[]> {
  const { rows } = await pool.query<Identity>(
    `select id, upstream, email, linked_at as "linkedAt", last_used_at as "lastUsedAt"
     from identities where user_id = $1 order by linked_at, id`,
    [userId],
  );
  return rows;
}

/** Finds the user by issuer and subject, and by nothing else, and notes the sign-in. */
export async function signInByIdentity(
  client: Queryable,
  { issuer, subject, email }: UpstreamUser,
): Promise<string | undefined> {
  const { rows } = await client.query<{ user_id: string }>(
    `update identities set last_used_at = now(), email = coalesce($3, email)
     where issuer = $1 and subject = $2 returning user_id`,
    [issuer, subject, email ?? null],
  );
  return rows[0]?.user_id;
}

/** Whose an account at another provider is after an attempt to link it. */
export type LinkOutcome = "linked" | "already_linked" | "belongs_to_another";

/** Links an account at another provider to the user, unless it belongs to somebody already. */
export async function linkIdentity(
  client: Queryable,
  link: { userId: string; upstream: UpstreamId; user: UpstreamUser },
  entry: Pick<AuditEntry, "address" | "clientId">,
): Promise<LinkOutcome> {
  const { userId, upstream, user } = link;
  const { rowCount } = await client.query(
    `insert into identities (issuer, subject, upstream, user_id, email) values ($1, $2, $3, $4, $5)
     on conflict (issuer, subject) do nothing`,
    [user.issuer, user.subject, upstream, userId, user.email ?? null],
  );
  if (rowCount === 1) {
    await insertEntries(client, [{ ...entry, action: "identity.link", userId, details: { upstream } }]);
    return "linked";
  }
  const { rows } = await client.query<{ user_id: string }>(
    "select user_id from identities where issuer = $1 and subject = $2",
    [user.issuer, user.subject],
  );
  return rows[0]?.user_id === userId ? "already_linked" : "belongs_to_another";
}

/** What became of an unlinking. */
export type UnlinkOutcome = "unlinked" | "not_linked" | "last_way_in";

/** Unlinks an account unless the user could not sign in any more afterwards. */
export async function unlinkIdentity(
  pool: Pool,
  link: { userId: string; id: string },
  entry: Pick<AuditEntry, "address">,
): Promise<UnlinkOutcome> {
  const { userId, id } = link;
  if (!z.uuid().safeParse(id).success) return "not_linked";
  return inTransaction(pool, async (client) => {
    // The lock keeps two that are unlinked at the same time from both counting on the other. What is counted has to be
    // read by a statement of its own: one that waited for the lock still sees what was there before it waited.
    await client.query("select 1 from users where id = $1 for update", [userId]);
    const { rows } = await client.query<{ has_password: boolean; linked: number }>(
      `select password_hash is not null as has_password,
         (select count(*)::int from identities where user_id = $1) as linked
       from users where id = $1`,
      [userId],
    );
    const [ways] = rows;
    if (ways !== undefined && !ways.has_password && ways.linked <= 1) return "last_way_in";
    const deleted = await client.query<{ upstream: UpstreamId }>(
      "delete from identities where id = $1 and user_id = $2 returning upstream",
      [id, userId],
    );
    const [gone] = deleted.rows;
    if (gone === undefined) return "not_linked";
    const details = { upstream: gone.upstream };
    await insertEntries(client, [{ ...entry, action: "identity.unlink", userId, details }]);
    return "unlinked";
  });
}
