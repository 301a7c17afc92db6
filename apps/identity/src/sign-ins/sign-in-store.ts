import { inTransaction, type Pool, type PoolClient } from "@mullion/postgres";
import { z } from "zod";
import { type AuditEntry, insertEntries } from "../audit/audit-log.ts";
import { identityProblem } from "../errors.ts";
import { endGrants, endSessions } from "./end-sign-ins.ts";
import { queueNotices, type SignInAtClient, wakeDelivery } from "./logout-queue.ts";

export { bindGrant, type GrantedIn, saveBound } from "./bind-grant.ts";
export { listSignIns, type SignIn } from "./list-sign-ins.ts";

/** Ends in one transaction and then has the clients told; the routes wait for that, others need not. */
async function ending<T>(pool: Pool, end: (client: PoolClient) => Promise<T>): Promise<T> {
  const result = await inTransaction(pool, end);
  wakeDelivery(pool);
  return result;
}

/**
 * Ends a session from the user's side and revokes what these clients hold from it: grants and, with them, refresh
 * tokens. Others keep what they were given for when the user is away (`offline_access`).
 */
export async function revokeSessionGrants(
  pool: Pool,
  sessionUid: string,
  clientIds: readonly string[],
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await endSessions(client, [sessionUid], "signout");
    await endGrants(client, { uids: [sessionUid], reason: "signout", clientIds });
  });
}

/**
 * Ends the sign-in that a client knows by this `sid`: the session, the client's grants and refresh tokens, and those of
 * `ours` go in one transaction, and the other clients are told. Returns the user; undefined when there is no such
 * sign-in.
 */
export async function endSignIn(
  pool: Pool,
  { clientId, sid, ours }: { clientId: string; sid: string; ours: readonly string[] },
): Promise<{ userId: string } | undefined> {
  return ending(pool, async (client) => {
    const { rows } = await client.query<{ session_uid: string; account_id: string }>(
      "select session_uid, account_id from grants where client_id = $1 and sid = $2 and session_uid is not null",
      [clientId, sid],
    );
    const [first] = rows;
    if (first === undefined) return undefined;
    const uids = [...new Set(rows.map(({ session_uid }) => session_uid))];
    await endSessions(client, uids, "signout");
    const others = await client.query<SignInAtClient>(
      `select distinct client_id as "clientId", sid, account_id as "userId" from grants
       where session_uid = any($1::text[]) and client_id <> $2 and sid is not null`,
      [uids, clientId],
    );
    await endGrants(client, { uids, reason: "signout", clientIds: [...ours, clientId] });
    await queueNotices(client, others.rows);
    return { userId: first.account_id };
  });
}

/** How many sign-ins ended. */
export interface EndedSignIns {
  count: number;
}

async function endAll(client: PoolClient, uids: readonly string[], reason: string): Promise<void> {
  await endSessions(client, uids, reason);
  const { atClients } = await endGrants(client, { uids, reason });
  await queueNotices(client, atClients);
}

/**
 * Ends every sign-in of a user: sessions, grants and refresh tokens go in one transaction, the audit log knows it, and
 * every client is told. Also one that is just being made. `also` is what goes with it in the same transaction. Rejects
 * with `ProblemError` `user_not_found`.
 */
export async function endEverySignIn(
  pool: Pool,
  userId: string,
  entry: AuditEntry,
  also?: (client: PoolClient) => Promise<void>,
): Promise<EndedSignIns> {
  if (!z.uuid().safeParse(userId).success) throw identityProblem("user_not_found");
  return ending(pool, async (client) => {
    // Sessions know the second they began in: one that begins in this very second after this is not touched.
    const { rowCount } = await client.query(
      "update users set sign_ins_ended_at = date_trunc('second', now()) where id = $1",
      [userId],
    );
    if (rowCount === 0) throw identityProblem("user_not_found");
    const { rows } = await client.query<{ uid: string }>(
      `select uid from sessions where account_id = $1
       union select session_uid from grants where account_id = $1 and session_uid is not null`,
      [userId],
    );
    await endAll(
      client,
      rows.map(({ uid }) => uid),
      entry.action,
    );
    // Grants that no session leads to any more.
    await client.query("delete from grants where account_id = $1", [userId]);
    const count = rows.length;
    await insertEntries(client, [{ ...entry, details: { ...entry.details, revoked: count } }]);
    await also?.(client);
    return { count };
  });
}

/** Ends the sign-in with this id when it is the user's, at every client; tells whether there was one. */
export async function endSignInById(pool: Pool, userId: string, id: string): Promise<boolean> {
  if (!z.uuid().safeParse(id).success) return false;
  return ending(pool, async (client) => {
    const { rows } = await client.query<{ session_uid: string }>(
      "select session_uid from sign_ins where id = $1 and user_id = $2 and ended_at is null",
      [id, userId],
    );
    if (rows[0] === undefined) return false;
    await endAll(client, [rows[0].session_uid], "signin.ended");
    return true;
  });
}

/** Ends every sign-in of the user but one, at every client. Returns how many there were. */
export async function endOtherSignIns(
  pool: Pool,
  userId: string,
  keepSessionUid: string,
): Promise<EndedSignIns> {
  return ending(pool, async (client) => {
    const { rows } = await client.query<{ session_uid: string }>(
      "select session_uid from sign_ins where user_id = $1 and session_uid <> $2 and ended_at is null",
      [userId, keepSessionUid],
    );
    await endAll(
      client,
      rows.map(({ session_uid }) => session_uid),
      "signin.ended",
    );
    return { count: rows.length };
  });
}
