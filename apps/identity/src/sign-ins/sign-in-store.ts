import { inTransaction, type Pool } from "@mullion/postgres";
import { z } from "zod";
import { type AuditEntry, insertEntries } from "../audit/audit-log.ts";
import { identityProblem } from "../errors.ts";
import { hashId } from "../storage/id-hash.ts";
import type { SignInAtClient } from "./logout-notices.ts";

/**
 * Names the sign-in that a grant was made in: the session's uid, and the `sid` its client knows it by. A grant of a
 * sign-in that was ended meanwhile goes with it.
 */
export async function bindGrant(
  pool: Pool,
  grantId: string,
  signIn: { sessionUid: string; sid: string | undefined; signedInAt: Date },
): Promise<void> {
  const { sessionUid, sid, signedInAt } = signIn;
  await inTransaction(pool, async (client) => {
    // The lock waits for an end of sign-ins that is under way, and holds up one that comes after.
    const { rows } = await client.query<{ over: boolean | null }>(
      `select u.sign_ins_ended_at > $2 as over from users u
       where u.id = (select account_id from grants where id_hash = $1) for share`,
      [hashId(grantId), signedInAt],
    );
    if (rows[0]?.over === true) {
      await client.query("delete from grants where id_hash = $1", [hashId(grantId)]);
      return;
    }
    await client.query("update grants set session_uid = $2, sid = $3 where id_hash = $1", [
      hashId(grantId),
      sessionUid,
      sid ?? null,
    ]);
  });
}

/**
 * Revokes what these clients hold from a session: grants and, with them, refresh tokens. Others keep what they were
 * given for when the user is away (`offline_access`).
 */
export async function revokeSessionGrants(
  pool: Pool,
  sessionUid: string,
  clientIds: readonly string[],
): Promise<void> {
  await pool.query("delete from grants where session_uid = $1 and client_id = any($2::text[])", [
    sessionUid,
    clientIds,
  ]);
}

/** A sign-in that was ended: whose it was, and which other clients knew it. */
export interface EndedSignIn {
  userId: string;
  atOthers: SignInAtClient[];
}

/**
 * Ends the sign-in that a client knows by this `sid`: the session, the client's grants and refresh tokens, and those of
 * `ours` go in one transaction. Undefined when there is no such sign-in.
 */
export async function endSignIn(
  pool: Pool,
  { clientId, sid, ours }: { clientId: string; sid: string; ours: readonly string[] },
): Promise<EndedSignIn | undefined> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ session_uid: string | null; account_id: string }>(
      "delete from grants where client_id = $1 and sid = $2 returning session_uid, account_id",
      [clientId, sid],
    );
    const [first] = rows;
    if (first === undefined) return undefined;
    const uids = [rows.map(({ session_uid }) => session_uid)];
    await client.query("delete from sessions where uid = any($1::text[])", uids);
    const others = await client.query<SignInAtClient>(
      `select distinct client_id as "clientId", sid, account_id as "userId" from grants
       where session_uid = any($1::text[]) and client_id <> $2 and sid is not null`,
      [...uids, clientId],
    );
    await client.query(
      "delete from grants where session_uid = any($1::text[]) and client_id = any($2::text[])",
      [...uids, ours],
    );
    return { userId: first.account_id, atOthers: others.rows };
  });
}

/** What ended with a user's sign-ins. */
export interface EndedSignIns {
  /** How many there were. */
  count: number;
  /** By which sign-ins the clients knew them. */
  atClients: SignInAtClient[];
}

/**
 * Ends every sign-in of a user: sessions, grants and refresh tokens go in one transaction, and the audit log knows it.
 * Rejects with `ProblemError` `user_not_found`.
 */
export async function endEverySignIn(pool: Pool, userId: string, entry: AuditEntry): Promise<EndedSignIns> {
  if (!z.uuid().safeParse(userId).success) throw identityProblem("user_not_found");
  return inTransaction(pool, async (client) => {
    // Sessions know the second they began in: one that begins in this very second after this is not touched.
    const { rowCount } = await client.query(
      "update users set sign_ins_ended_at = date_trunc('second', now()) where id = $1",
      [userId],
    );
    if (rowCount === 0) throw identityProblem("user_not_found");
    const sessions = await client.query<{ uid: string }>(
      "delete from sessions where account_id = $1 returning uid",
      [userId],
    );
    const grants = await client.query<{ client_id: string; sid: string | null; session_uid: string | null }>(
      "delete from grants where account_id = $1 returning client_id, sid, session_uid",
      [userId],
    );
    const uids = [...sessions.rows.map(({ uid }) => uid), ...grants.rows.map((row) => row.session_uid)];
    const count = new Set(uids.filter((uid) => uid !== null)).size;
    const atClients = new Map<string, SignInAtClient>();
    for (const { client_id: clientId, sid } of grants.rows) {
      if (sid !== null) atClients.set(`${clientId} ${sid}`, { clientId, sid, userId });
    }
    await insertEntries(client, [{ ...entry, details: { ...entry.details, revoked: count } }]);
    return { count, atClients: [...atClients.values()] };
  });
}
