import { inTransaction, type Pool } from "@mullion/postgres";
import { hashId } from "../storage/id-hash.ts";

/** Names the sign-in that a grant was made in: the session's uid, and the `sid` its client knows it by. */
export async function bindGrant(
  pool: Pool,
  grantId: string,
  signIn: { sessionUid: string; sid: string | undefined },
): Promise<void> {
  await pool.query("update grants set session_uid = $2, sid = $3 where id_hash = $1", [
    hashId(grantId),
    signIn.sessionUid,
    signIn.sid ?? null,
  ]);
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

/**
 * Ends the sign-in that a client knows by this `sid`: its grants, its refresh tokens and the session go in one
 * transaction. Returns whose it was, or undefined when there is no such sign-in.
 */
export async function endSignIn(
  pool: Pool,
  { clientId, sid }: { clientId: string; sid: string },
): Promise<{ userId: string } | undefined> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ session_uid: string | null; account_id: string }>(
      "delete from grants where client_id = $1 and sid = $2 returning session_uid, account_id",
      [clientId, sid],
    );
    const [first] = rows;
    if (first === undefined) return undefined;
    await client.query("delete from sessions where uid = any($1::text[])", [
      rows.map(({ session_uid }) => session_uid),
    ]);
    return { userId: first.account_id };
  });
}
